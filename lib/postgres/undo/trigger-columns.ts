import type pg from "pg";
import { changedByTrigger } from "../../core/undo/code";
import type { UndoColumn, UndoRelation } from "./relation";

/** BEFORE … FOR EACH ROW in pg_trigger.tgtype (PostgreSQL's catalog/pg_trigger.h). */
const BEFORE = { insert: 1 + 2 + 4, update: 1 + 2 + 16 } as const;

/** Columns that triggers of a table and of its partitions may change in rows that are updated or inserted. */
export async function columnsOfTriggers(
  client: pg.ClientBase,
  from: UndoRelation,
  event: keyof typeof BEFORE,
): Promise<UndoColumn[]> {
  const { rows } = await client.query<{ language: string; text: string; args: Buffer }>(
    `SELECT DISTINCT l.lanname AS language, p.prosrc AS text, t.tgargs AS args
       FROM (SELECT $1::oid AS oid UNION SELECT relid FROM pg_catalog.pg_partition_tree($1::oid::pg_catalog.regclass)) r
       JOIN pg_catalog.pg_trigger t ON t.tgrelid = r.oid
       JOIN pg_catalog.pg_proc p ON p.oid = t.tgfoid JOIN pg_catalog.pg_language l ON l.oid = p.prolang
      WHERE t.tgtype & ${BEFORE[event]} = ${BEFORE[event]} AND t.tgenabled IN ('O', 'A')`,
    [from.oid],
  );
  const names = from.columns.map(({ attribute }) => attribute);
  const changed = new Set(
    rows.flatMap(({ args, ...code }) =>
      changedByTrigger({ ...code, args: args.toString().split("\0") }, names),
    ),
  );
  return from.columns.filter(({ attribute, generated }) => changed.has(attribute) && !generated);
}

/** The columns with those that triggers may change too, but for the key: without it the row is not found again. */
export async function withTriggers(
  client: pg.ClientBase,
  from: UndoRelation,
  columns: readonly UndoColumn[],
  key: readonly string[],
): Promise<UndoColumn[]> {
  const more = await columnsOfTriggers(client, from, "update");
  return from.columns.filter(
    (column) => columns.includes(column) || (more.includes(column) && !key.includes(column.name)),
  );
}
