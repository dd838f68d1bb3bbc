import type pg from "pg";
import { lateNotNulls } from "../../core/undo/late-not-null";
import { serverMajor } from "../connection/connect";
import type { PutBackPlan } from "./put-back";
import { readRelation } from "./relation";

/**
 * A statement of a way back without the NOT NULLs that its table's rows can fulfil only when the values of a dropped
 * column are back: finishPutBack makes them up. Places in the statement stay what they are.
 * @throws pg.DatabaseError
 */
export async function putOffNotNulls(client: pg.Client, plan: PutBackPlan, text: string): Promise<string> {
  const dropped = plan.entries.filter(({ kind }) => kind === "drop_column");
  const late = dropped.length > 0 ? lateNotNulls(text) : null;
  if (!late) return text;
  const columns = new Set<string>();
  for (const entry of dropped) {
    const table = await readRelation(client, entry.isOriginal ? entry.relationOid : entry.relation);
    if (table && (await isBelow(client, table.oid, late.relation)))
      for (const column of entry.columns) columns.add(column.startsWith('"') ? column : `"${column}"`);
  }
  let rest = text;
  for (const { column, name, from, to } of late.found) {
    if (!columns.has(column)) continue;
    const alter = `ALTER TABLE ${late.relation}`;
    // NOT NULLs have names since PostgreSQL 18.
    plan.later.push(
      name !== null && serverMajor(client) >= 18
        ? `${alter} ADD CONSTRAINT ${name} NOT NULL ${column}`
        : `${alter} ALTER COLUMN ${column} SET NOT NULL`,
    );
    const whole = from === 0 && to === text.length;
    rest = whole ? PUT_OFF : rest.slice(0, from) + rest.slice(from, to).replace(/\S/g, " ") + rest.slice(to);
  }
  return rest;
}

const PUT_OFF = "SELECT 'NOT NULL is set once the values are back' WHERE false";

/** Whether a table is another one, or gets its columns from it. */
async function isBelow(client: pg.ClientBase, table: number, above: string): Promise<boolean> {
  const { rowCount } = await client.query(
    `WITH RECURSIVE up (oid) AS (SELECT $1::oid UNION
        SELECT i.inhparent FROM up JOIN pg_catalog.pg_inherits i ON i.inhrelid = up.oid)
     SELECT FROM up WHERE up.oid = pg_catalog.to_regclass($2)`,
    [table, above],
  );
  return rowCount === 1;
}
