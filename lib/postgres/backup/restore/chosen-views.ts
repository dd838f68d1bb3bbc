import type pg from "pg";
import type { BackupNote, TableName } from "../../../core/backup/types";
import { quoteTable, tableText } from "../sql-text";

/** Filled materialized views that read these tables, also through views and other tables' parents, the nearest first. */
const READERS = `
WITH RECURSIVE start AS (
  SELECT t.oid FROM pg_catalog.unnest($1::regclass[]) AS t (oid)
  UNION SELECT i.inhparent FROM start JOIN pg_catalog.pg_inherits i ON i.inhrelid = start.oid),
readers AS (
  SELECT oid, 0 AS depth FROM start
  UNION SELECT r.ev_class, readers.depth + 1 FROM readers
    JOIN pg_catalog.pg_depend d ON d.refclassid = 'pg_catalog.pg_class'::regclass AND d.refobjid = readers.oid
     AND d.classid = 'pg_catalog.pg_rewrite'::regclass
    JOIN pg_catalog.pg_rewrite r ON r.oid = d.objid AND r.ev_type = '1' AND r.ev_class <> readers.oid)
SELECT n.nspname::text AS schema, c.relname::text AS name
  FROM readers JOIN pg_catalog.pg_class c ON c.oid = readers.oid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind = 'm' AND c.relispopulated
 GROUP BY n.nspname, c.relname ORDER BY max(readers.depth), 1, 2`;

/**
 * Refreshes the materialized views that read these tables, inside of the caller's transaction: they would go on
 * showing the rows from before. One that cannot be refreshed is named.
 */
export async function refreshReaders(client: pg.Client, tables: readonly TableName[]): Promise<BackupNote[]> {
  const { rows } = await client.query<TableName>(READERS, [tables.map(quoteTable)]);
  const notes: BackupNote[] = [];
  for (const view of rows) {
    await client.query("SAVEPOINT reader");
    try {
      await client.query(`REFRESH MATERIALIZED VIEW ${quoteTable(view)}; RELEASE SAVEPOINT reader`);
    } catch (error) {
      const { code, message: reason = "" } = error as { code?: string; message?: string };
      if (code === undefined || /^(57P0|53|08)/.test(code)) throw error;
      await client.query("ROLLBACK TO SAVEPOINT reader");
      const name = tableText(view);
      const message = `The materialized view ${name} still shows the rows from before: ${reason}.`;
      notes.push({ code: "view_not_refreshed", params: { name, reason }, message });
    }
  }
  return notes;
}
