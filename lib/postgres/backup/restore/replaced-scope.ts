import type pg from "pg";
import type { BackupScope, Manifest, TableName } from "../../../core/backup/types";
import { keyOf } from "../inventory";
import { tablesOfScope, writtenTables } from "./chosen-tables";

/**
 * What a restore in place replaces of what is there now: the backup before it needs no more, and a role that owns a
 * schema may read no more.
 * @returns null when nothing of it is there
 */
export async function replacedScope(
  client: pg.ClientBase,
  manifest: Manifest,
  chosen: readonly TableName[] | undefined,
): Promise<BackupScope | null> {
  const { scope } = manifest;
  const wanted = chosen ?? tablesOfScope(manifest);
  if (wanted) {
    const tables = writtenTables(manifest, wanted);
    const { rows } = await client.query<TableName>(
      `SELECT n.nspname::text AS schema, c.relname::text AS name
         FROM ROWS FROM (pg_catalog.unnest($1::text[]), pg_catalog.unnest($2::text[])) AS w (schema, name)
         JOIN pg_catalog.pg_namespace n ON n.nspname = w.schema
         JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = w.name AND c.relkind IN ('r', 'p')`,
      [tables.map(({ schema }) => schema), tables.map(({ name }) => name)],
    );
    return rows.length > 0 ? { kind: "tables", tables: rows } : null;
  }
  const schemas = schemasOf(scope);
  if (!schemas) return { kind: "database" };
  const { rows } = await client.query<{ name: string }>(
    "SELECT nspname::text AS name FROM pg_catalog.pg_namespace WHERE nspname = ANY ($1::text[]) ORDER BY 1",
    [schemas],
  );
  return rows.length > 0 ? { kind: "schemas", schemas: rows.map(({ name }) => name) } : null;
}

/** null: the whole database. */
export function schemasOf(scope: BackupScope): string[] | null {
  if (scope.kind === "database" || scope.kind === "tables") return null;
  return scope.schemas ?? null;
}

/** Whether a backup holds all of that, with its rows. */
export function holds(backup: BackupScope, needed: BackupScope): boolean {
  if (backup.kind === "database") return true;
  if (backup.kind === "schemas") {
    const own = new Set(backup.schemas);
    if (needed.kind === "schemas") return needed.schemas.every((name) => own.has(name));
    return needed.kind === "tables" && needed.tables.every(({ schema }) => own.has(schema));
  }
  if (backup.kind !== "tables" || needed.kind !== "tables") return false;
  const own = new Set(backup.tables.map(keyOf));
  return needed.tables.every((table) => own.has(keyOf(table)));
}
