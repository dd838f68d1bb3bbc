import pg from "pg";
import type { TableName } from "../../../core/backup/types";
import { DomainError } from "../../../errors";
import { quoteName, quoteTable, quoteText, tableText } from "../sql-text";

/** A foreign key that is checked again when the rows are there. */
export interface ForeignKey {
  name: string;
  table: TableName;
  columns: string[];
  references: TableName;
  referenced: string[];
  /** What makes it, with its comment. */
  sql: string;
}

export interface TakenConstraints {
  /** Statements that bring back what was taken off, but for the foreign keys. */
  unchecked: string[];
  foreignKeys: ForeignKey[];
}

const COLUMNS = (oid: string, numbers: string) => `
  (SELECT json_agg(a.attname ORDER BY k.at) FROM pg_catalog.unnest(${numbers}) WITH ORDINALITY AS k (number, at)
     JOIN pg_catalog.pg_attribute a ON a.attrelid = ${oid} AND a.attnum = k.number)`;

/**
 * Foreign keys of and to these tables, and other constraints that were never checked (NOT VALID). Those of partitions
 * and children belong to the table above them.
 */
const CONSTRAINTS = `
WITH RECURSIVE own AS (
  SELECT c.oid, c.conparentid, c.conrelid, c.conname, c.coninhcount FROM pg_catalog.pg_constraint c
   WHERE (c.contype = 'f' AND (c.conrelid = ANY ($1::regclass[]) OR c.confrelid = ANY ($1::regclass[])))
      OR (c.contype <> 'f' AND NOT c.convalidated AND c.conrelid = ANY ($1::regclass[]))
  UNION
  SELECT p.oid, p.conparentid, p.conrelid, p.conname, p.coninhcount FROM own
    JOIN pg_catalog.pg_constraint p ON p.oid = own.conparentid
      OR (own.coninhcount > 0 AND own.conparentid = 0 AND p.conname = own.conname
          AND p.conrelid IN (SELECT i.inhparent FROM pg_catalog.pg_inherits i WHERE i.inhrelid = own.conrelid)))
SELECT c.contype = 'f' AS "isKey", c.conname::text AS name, pg_catalog.pg_get_constraintdef(c.oid) AS definition,
       pg_catalog.obj_description(c.oid, 'pg_constraint') AS comment,
       json_build_object('schema', n.nspname, 'name', t.relname) AS table,
       json_build_object('schema', rn.nspname, 'name', r.relname) AS references,
       ${COLUMNS("c.conrelid", "c.conkey")} AS columns, ${COLUMNS("c.confrelid", "c.confkey")} AS referenced
  FROM own JOIN pg_catalog.pg_constraint c ON c.oid = own.oid JOIN pg_catalog.pg_class t ON t.oid = c.conrelid
  JOIN pg_catalog.pg_namespace n ON n.oid = t.relnamespace
  LEFT JOIN pg_catalog.pg_class r ON r.oid = c.confrelid LEFT JOIN pg_catalog.pg_namespace rn ON rn.oid = r.relnamespace
 WHERE c.conparentid = 0 AND (c.contype = 'f' OR c.coninhcount = 0)
 ORDER BY n.nspname, t.relname, c.conname`;

type Constraint = Omit<ForeignKey, "sql"> & { isKey: boolean; definition: string; comment: string | null };

/** Takes off what would stand in the way of rows that were there before. */
export async function takeConstraints(
  client: pg.Client,
  tables: readonly TableName[],
): Promise<TakenConstraints> {
  const { rows } = await client.query<Constraint>(CONSTRAINTS, [tables.map(quoteTable)]);
  const taken: TakenConstraints = { unchecked: [], foreignKeys: [] };
  for (const { isKey, definition, comment, ...key } of rows) {
    const [table, name] = [quoteTable(key.table), quoteName(key.name)];
    await client.query(`ALTER TABLE ${table} DROP CONSTRAINT ${name}`);
    const told =
      comment === null ? "" : `; COMMENT ON CONSTRAINT ${name} ON ${table} IS ${quoteText(comment)}`;
    const sql = `ALTER TABLE ${table} ADD CONSTRAINT ${name} ${definition}${told}`;
    if (isKey) taken.foreignKeys.push({ ...key, sql });
    else taken.unchecked.push(sql);
  }
  return taken;
}

/** @throws DomainError restore.neighbours_differ, which names rows that point at nothing */
export async function addForeignKey(client: pg.Client, key: ForeignKey): Promise<void> {
  await client.query("SAVEPOINT foreign_key");
  try {
    await client.query(`${key.sql}; RELEASE SAVEPOINT foreign_key`);
  } catch (cause) {
    if (!(cause instanceof pg.DatabaseError) || cause.code !== "23503") throw cause;
    await client.query("ROLLBACK TO SAVEPOINT foreign_key");
    const [table, references] = [tableText(key.table), tableText(key.references)];
    const rows = await orphansOf(client, key).catch(() => cause.detail ?? cause.message);
    const reason = `${table} → ${references}: ${rows}`;
    throw new DomainError(
      "conflict",
      "restore.neighbours_differ",
      `The restored rows do not fit to those of a neighbour: ${reason} (${key.name} of ${table}).`,
      {
        details: { table, references, constraint: key.name, reason, detail: cause.detail ?? null },
        hint: "Restore the neighbour's rows with them; nothing was changed.",
        cause,
      },
    );
  }
}

const NAMED = 5;

/** How many rows point at nothing, and the first of their keys. */
async function orphansOf(client: pg.Client, key: ForeignKey): Promise<string> {
  const own = key.columns.map((column) => `f.${quoteName(column)}`);
  const fits = key.referenced.map((column, at) => `r.${quoteName(column)} = ${own[at]}`).join(" AND ");
  const { rows } = await client.query<{ count: string; keys: string[] }>(
    `WITH orphans AS (
       SELECT pg_catalog.concat_ws(', ', ${own.map((one) => `${one}::text`).join(", ")}) AS key
         FROM ${quoteTable(key.table)} f WHERE ${own.map((one) => `${one} IS NOT NULL`).join(" AND ")}
          AND NOT EXISTS (SELECT FROM ${quoteTable(key.references)} r WHERE ${fits}))
     SELECT pg_catalog.count(*) AS count,
            ARRAY(SELECT DISTINCT key FROM orphans ORDER BY 1 LIMIT ${NAMED}) AS keys FROM orphans`,
  );
  const { count = "0", keys = [] } = rows[0] ?? {};
  if (keys.length === 0) throw new Error("the server sees rows that this query does not");
  const named = keys.map((one) => `(${one})`).join(", ");
  return `(${key.columns.join(", ")}) = ${named}${Number(count) > keys.length ? ` … ${count}` : ""}`;
}
