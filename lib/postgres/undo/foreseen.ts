import type pg from "pg";
import type { Call } from "../../core/undo/code";
import { type Loss, type RowLoss, type SourceCall, type UpsertLoss, uncovered } from "../../core/undo/losses";
import { LOCK_NOT_AVAILABLE } from "../introspect/statistics";
import { readRelation, type UndoRelation } from "./relation";
import { columnsOfTriggers } from "./trigger-columns";
import { readArbiters, targetColumns } from "./upsert";
import { writingCode } from "./writing-code";

/**
 * The losses of a statement, or its name where the target's catalog makes them unforeseeable: a MERGE, an INSERT … ON
 * CONFLICT DO UPDATE or what is written in WITH that calls what may give another answer the second time, whose rows are
 * told apart by what it does not say, or whose triggers may change rows of the same tables: which of them were the
 * statement's own, the server's counts do not tell.
 */
export async function foreseenLosses(client: pg.ClientBase, losses: readonly Loss[]): Promise<Loss[]> {
  const parts = new Map<number, unknown>();
  for (const loss of losses) {
    if (loss.kind !== "upsert" && loss.kind !== "update" && loss.kind !== "delete") continue;
    // Which of two parts changed a row that both mean, nobody knows (docs: "Data-Modifying Statements in WITH").
    const part = loss.kind === "upsert" ? loss : (loss.part ?? loss);
    if (losses.length > 1) {
      const { root = 0 } = (await readRelation(client, loss.relation)) ?? {};
      if ((parts.get(root) ?? part) !== part) return uncovered("writing_with", loss.relation);
      parts.set(root, part);
    }
    if (loss.kind === "upsert" && !(await isForeseen(client, loss)))
      return uncovered("upsert", loss.relation);
    if (loss.kind !== "upsert" && loss.part && !(await areForeseen(client, loss, loss.part.calls)))
      return uncovered(loss.part.of, loss.relation);
  }
  return [...losses];
}

/** The same for a review: of what somebody has locked for longer than lock_timeout, nothing is known but the text. */
export async function foreseenIfFree(client: pg.ClientBase, losses: readonly Loss[]): Promise<Loss[]> {
  try {
    return await foreseenLosses(client, losses);
  } catch (error) {
    if ((error as { code?: string }).code !== LOCK_NOT_AVAILABLE) throw error;
    return [...losses];
  }
}

async function areForeseen(client: pg.ClientBase, loss: RowLoss, calls: readonly Call[]): Promise<boolean> {
  return (await volatileOf(client, calls)).length === 0 && !(await hasWritingTriggers(client, loss));
}

async function hasWritingTriggers(client: pg.ClientBase, loss: RowLoss | UpsertLoss): Promise<boolean> {
  return (await writingCode(client, [loss], { inserts: [loss.relation], calls: [] })).length > 0;
}

async function isForeseen(client: pg.ClientBase, loss: UpsertLoss): Promise<boolean> {
  const from = await readRelation(client, loss.relation);
  // What becomes of it is said where its rows are looked for.
  if (!from) return true;
  const arbiters = await readArbiters(client, from, loss);
  if (arbiters.length === 0 || arbiters.some(({ usual }) => !usual)) return false;
  const deciding = new Set(arbiters.flatMap(({ columns }) => columns));
  const given = targetColumns(from, loss);
  if ([...deciding].some((name) => !given.some(({ attribute }) => attribute === name))) return false;
  const decides = (place: number | null) => place === null || deciding.has(given[place]?.attribute ?? "");
  if (loss.defaults.some(decides) || (await areSetByTriggers(client, from, deciding))) return false;
  if (await hasWritingTriggers(client, loss)) return false;
  const changing = await volatileOf(client, loss.calls);
  return changing.every((call) => !decides(call.column) && CHANCE_AND_TIME.has(call.name));
}

/** Volatile, and nothing happens when they are called once more. */
const CHANCE_AND_TIME = new Set([
  ...[
    "random",
    "random_normal",
    "gen_random_uuid",
    "uuidv4",
    "uuidv7",
    "uuid_generate_v1",
    "uuid_generate_v4",
  ],
  ...["clock_timestamp", "timeofday"],
]);

async function areSetByTriggers(
  client: pg.ClientBase,
  from: UndoRelation,
  columns: ReadonlySet<string>,
): Promise<boolean> {
  const changed = await columnsOfTriggers(client, from, "insert");
  return changed.some(({ attribute }) => columns.has(attribute));
}

/** Those of which some function by that name is volatile (pg_proc.provolatile). */
async function volatileOf<T extends Call | SourceCall>(
  client: pg.ClientBase,
  calls: readonly T[],
): Promise<T[]> {
  if (calls.length === 0) return [];
  const { rows } = await client.query<{ place: number }>(
    `SELECT DISTINCT c.place::int4 FROM ROWS FROM (pg_catalog.unnest($1::text[]), pg_catalog.unnest($2::text[])) WITH ORDINALITY c (schema, name, place)
       JOIN pg_catalog.pg_proc p ON p.proname = c.name JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
      WHERE p.provolatile = 'v' AND CASE WHEN c.schema IS NULL THEN pg_catalog.pg_function_is_visible(p.oid) ELSE n.nspname = c.schema END`,
    [calls.map(({ schema }) => schema), calls.map(({ name }) => name)],
  );
  return rows.flatMap(({ place }) => calls[place - 1] ?? []);
}
