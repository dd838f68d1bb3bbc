import pg from "pg";
import type { Loss } from "../../core/undo/losses";
import { LOCK_NOT_AVAILABLE } from "../introspect/statistics";
import { type Copy, copiesOf, isMergeable, isWhole, selectOf, UndoRefusal } from "./copies";
import { foreseeDragged } from "./references";
import { ownRows } from "./relation";
import type { UndoKind } from "./store";

/** Bytes of a row beside its values: tuple header and line pointer (documentation: "Database Page Layout"). */
const ROW_OVERHEAD = 28;

/**
 * About how many bytes a copy will take: the table's own size when all of it is kept, otherwise what the planner
 * expects of the query.
 */
export async function foretellBytes(client: pg.ClientBase, copy: Copy): Promise<number> {
  if (isWhole(copy)) return copy.from.bytes;
  const { rows, width } = await foretellRows(client, copy);
  return rows * (width + ROW_OVERHEAD);
}

/** Of what is not made yet: as many as the statement's source has, and no more than there are. */
async function foretellRows(client: pg.ClientBase, copy: Copy): Promise<{ rows: number; width: number }> {
  const { scratch, from, as } = copy;
  if (!scratch) return foretellQuery(client, selectOf(copy, false));
  const all = await foretellQuery(
    client,
    selectOf({ ...copy, source: `FROM ${ownRows(from)} AS ${as}` }, false),
  );
  const { Plans = [] } = await explain(client, scratch.text);
  const source = Plans.find((plan) => plan["Parent Relationship"] === "Outer")?.["Plan Rows"] ?? all.rows;
  return { rows: Math.min(source, all.rows), width: all.width };
}

/** The planner's estimate of a query's rows and their width in bytes (documentation: "EXPLAIN"). */
export async function foretellQuery(
  client: pg.ClientBase,
  select: string,
): Promise<{ rows: number; width: number }> {
  const plan = await explain(client, select);
  return { rows: plan["Plan Rows"] ?? 0, width: plan["Plan Width"] ?? 0 };
}

interface PlanNode {
  "Plan Rows"?: number;
  "Plan Width"?: number;
  "Parent Relationship"?: string;
  Plans?: PlanNode[];
}

async function explain(client: pg.ClientBase, statement: string): Promise<PlanNode> {
  const { rows } = await client.query<{ "QUERY PLAN": { Plan: PlanNode }[] }>(
    `EXPLAIN (FORMAT JSON) ${statement}`,
  );
  return rows[0]?.["QUERY PLAN"][0]?.Plan ?? {};
}

export interface Foretold {
  kind: UndoKind;
  relation: string;
  columns: string[];
  /** null: it cannot be foretold, mostly since an earlier migration of the plan makes what it names. */
  rows: number | null;
  bytes: number | null;
  /** false: without a key, what is kept can be looked at and not be put back by itself. */
  mergeable: boolean;
  /** A foreign key takes them along with rows of this table. */
  draggedBy?: string;
  /** Why it cannot be kept. */
  refused?: string;
}

/**
 * What keeping the rows of a statement would come to on the target as it is now. Reads catalogs and plans alone; what
 * somebody has locked for longer than the session's lock_timeout cannot be foretold.
 * @param client outside of a transaction
 */
export async function foretellLosses(client: pg.ClientBase, losses: readonly Loss[]): Promise<Foretold[]> {
  const told: Foretold[] = [];
  for (const loss of losses) {
    try {
      const copies = await copiesOf(client, loss);
      for (const copy of copies) told.push(await foretellCopy(client, copy));
      told.push(...(await foretellDragged(client, copies)));
    } catch (error) {
      if (loss.kind === "uncovered") throw error;
      const isLocked = (error as { code?: string }).code === LOCK_NOT_AVAILABLE;
      if (!isLocked && !(error instanceof UndoRefusal)) throw error;
      const { kind, relation } =
        loss.kind === "drop_cascade"
          ? { kind: "drop_table" as const, relation: loss.name }
          : { kind: loss.kind === "upsert" ? ("update" as const) : loss.kind, relation: loss.relation };
      const refused = isLocked ? {} : { refused: (error as UndoRefusal).code };
      told.push({ kind, relation, columns: [], rows: null, bytes: null, mergeable: isLocked, ...refused });
    }
  }
  return told;
}

async function foretellCopy(client: pg.ClientBase, copy: Copy): Promise<Foretold> {
  const { kind, from } = copy;
  const columns = isWhole(copy) || kind === "delete" ? [] : copy.columns.map(({ name }) => name);
  const size = await sizeOf(client, copy);
  return { kind, relation: from.relation, columns, ...size, mergeable: isMergeable(copy) };
}

/** One line for each table and kind of loss; no way to it finds more rows than the table has. */
async function foretellDragged(client: pg.ClientBase, copies: readonly Copy[]): Promise<Foretold[]> {
  const told = new Map<string, Foretold>();
  for (const { copy, by } of await foreseeDragged(client, copies)) {
    const one = await foretellCopy(client, copy);
    const id = [one.kind, one.relation, ...one.columns].join();
    const before = told.get(id);
    const rows = sum(before?.rows, one.rows);
    const most = copy.from.rows;
    const share = rows !== null && most !== null && rows > most ? most / rows : 1;
    const bytes = sum(before?.bytes, one.bytes);
    told.set(id, {
      ...one,
      draggedBy: before?.draggedBy ?? by,
      rows: rows === null ? null : rows * share,
      bytes: bytes === null ? null : bytes * share,
    });
  }
  return [...told.values()];
}

/** What cannot be foretold of one way cannot be of all. */
const sum = (before: number | null | undefined, more: number | null) =>
  before === null || more === null ? null : (before ?? 0) + more;

async function sizeOf(
  client: pg.ClientBase,
  copy: Copy,
): Promise<{ rows: number | null; bytes: number | null }> {
  if (isWhole(copy)) return { rows: copy.from.rows, bytes: copy.from.bytes };
  try {
    const { rows, width } = await foretellRows(client, copy);
    return { rows, bytes: rows * (width + ROW_OVERHEAD) };
  } catch (error) {
    // The condition names what is not there yet.
    if (!(error instanceof pg.DatabaseError)) throw error;
    return { rows: null, bytes: null };
  }
}
