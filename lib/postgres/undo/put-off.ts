import type pg from "pg";
import { parseTrees } from "../../core/sql/parser";
import { type Loss, lossesOf } from "../../core/undo/losses";
import { NULLS, putOff } from "../../core/undo/put-off";
import { serverMajor } from "../connection/connect";
import { bringsRows } from "./copies";
import { laterThan, type PutBackPlan } from "./put-back";
import { emptyValues } from "./put-values";
import { QUIET, setSettings, silenceTriggers } from "./quiet";
import { readHeirs, readRelation, type UndoRelation } from "./relation";
import { type Resolved, resolveEntry } from "./resolve";

/** Set before a statement of the way back that `putOffRefused` may be asked about. */
export const BEFORE_REFUSAL = "SAVEPOINT dbmigrator_put_off";
const AFTER_REFUSAL = "ROLLBACK TO SAVEPOINT dbmigrator_put_off";

/**
 * Rows that went after one of their columns come back without it, also into a table that is empty until then.
 * @returns a statement of the way back as it is to run
 */
export function putOffAtOnce(client: pg.Client, plan: PutBackPlan, text: string): string {
  const tables = plan.entries.filter(({ kind }) => bringsRows(kind)).map(({ relationOid }) => relationOid);
  const lacks = plan.entries.some(
    ({ kind, relationOid }) => kind === "drop_column" && tables.includes(relationOid),
  );
  const off = lacks ? putOff(text, NULLS, serverMajor(client)) : null;
  if (!off?.now) return text;
  plan.later.push(...off.later);
  return off.now;
}

type Refusal = Error & { code?: string | undefined };

/** data_exception: a value does not convert. */
const DATA = /^22/;

/**
 * After PostgreSQL refused a statement of the way back for the rows that are there: a constraint that the kept rows
 * and values fulfil is made by finishPutBack, once they are back. Values that do not convert to the type that they had
 * are left out of the conversion where the kept ones take their place.
 * @returns whether the transaction goes on
 * @throws pg.DatabaseError of what is run in its place
 */
export async function putOffRefused(
  client: pg.Client,
  plan: PutBackPlan,
  text: string,
  refusal: Refusal,
): Promise<boolean> {
  const code = refusal.code ?? "";
  if (DATA.test(code)) return convertTheRest(client, plan, text, refusal);
  const off = putOff(text, code, serverMajor(client));
  if (!off) return false;
  await client.query(AFTER_REFUSAL);
  if (off.now !== null) await client.query(off.now);
  plan.later.push(...off.later);
  return true;
}

/** Runs a change of type again, without the values that kept ones replace. @returns whether there are any */
async function convertTheRest(
  client: pg.Client,
  plan: PutBackPlan,
  text: string,
  refusal: Refusal,
): Promise<boolean> {
  const retyped = retypedBy(text);
  if (!retyped) return false;
  await client.query(AFTER_REFUSAL);
  if (!(await emptyRetyped(client, plan, retyped, refusal))) return false;
  await client.query(text);
  return true;
}

type Retyped = Extract<Loss, { kind: "change_type" }>;

function retypedBy(text: string): Retyped | null {
  const read = parseTrees(text);
  const tree = "trees" in read ? read.trees[0] : undefined;
  return lossesOf(tree ?? null, text).find((loss) => loss.kind === "change_type") ?? null;
}

/**
 * Takes values away that kept ones will replace; those that were written since stay, and have to convert.
 * @returns whether there are any
 */
async function emptyRetyped(
  client: pg.Client,
  plan: PutBackPlan,
  { relation, changes }: Retyped,
  refusal: Refusal,
): Promise<boolean> {
  const named = await readRelation(client, relation);
  if (!named) return false;
  const tree = [named, ...(await readHeirs(client, named))].map(({ oid }) => oid);
  const names = changes.map(({ column }) => column);
  const found: Resolved[] = [];
  for (const entry of plan.entries) {
    if (entry.kind !== "change_type" || plan.refused.has(entry.id)) continue;
    const resolved = await resolveEntry(client, entry);
    const columns = resolved?.columns.filter(({ now }) => now && names.includes(now.attribute)) ?? [];
    const isFound = resolved?.key.length && resolved.key.every(({ now }) => now !== null);
    if (isFound && columns.length > 0 && tree.includes(resolved.relation.oid))
      found.push({ ...resolved, columns });
  }
  if (found.length === 0) return false;
  const before = await setSettings(client, QUIET);
  const wake = await silenceTriggers(client, [named, ...found.map((one) => one.relation)]);
  plan.later.push(...(await dropNotNulls(client, named, names)));
  for (const one of found) {
    await emptyValues(client, one, laterThan(one.entry, plan));
    plan.emptied.set(one.entry.id, refusal);
  }
  // A table with checks that wait cannot be altered.
  await client.query("SET CONSTRAINTS ALL IMMEDIATE");
  for (const sql of wake) await client.query(sql);
  await setSettings(client, before);
  return true;
}

/** @returns statements that set them again */
async function dropNotNulls(
  client: pg.Client,
  { oid, relation }: UndoRelation,
  names: readonly string[],
): Promise<string[]> {
  // Since 18 they are constraints with a name (docs: "pg_constraint").
  const { rows } = await client.query<{ column: string; again: string }>(
    `SELECT pg_catalog.quote_ident(a.attname) AS column,
            coalesce((SELECT pg_catalog.format('ADD CONSTRAINT %I %s', c.conname, pg_catalog.pg_get_constraintdef(c.oid))
                        FROM pg_catalog.pg_constraint c
                       WHERE c.conrelid = a.attrelid AND c.contype = 'n' AND c.conkey[1] = a.attnum),
                     pg_catalog.format('ALTER COLUMN %I SET NOT NULL', a.attname)) AS again
       FROM pg_catalog.pg_attribute a
      WHERE a.attrelid = $1 AND a.attnotnull AND NOT a.attisdropped AND a.attname = ANY ($2)`,
    [oid, names],
  );
  for (const { column } of rows)
    await client.query(`ALTER TABLE ${relation} ALTER COLUMN ${column} DROP NOT NULL`);
  return rows.map(({ again }) => `ALTER TABLE ${relation} ${again}`);
}
