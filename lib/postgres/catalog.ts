import pg from "pg";
import { type ConnectionSpec, closeConnection, openConnection } from "./connection/connect";

export interface CompletionColumn {
  name: string;
  /** "character varying(40)", as format_type writes it. */
  type: string;
}

export interface CompletionTable {
  name: string;
  kind: "table" | "view" | "materialized_view" | "foreign_table";
  columns: CompletionColumn[];
}

export interface CompletionSchema {
  schema: string;
  tables: CompletionTable[];
  functions: { name: string; arguments: string }[];
  /** Whether names work without the schema in front. */
  inSearchPath: boolean;
}

/** Beyond these an editor gains nothing: the answer stays below about a megabyte. */
const MOST_TABLES = 3000;
const MOST_COLUMNS = 30_000;
const MOST_FUNCTIONS = 2000;
const TIMEOUT_MS = 5000;

const TABLES = `
WITH t AS (
  SELECT c.oid, n.nspname, c.relname, c.relkind
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
   WHERE c.relkind IN ('r','p','v','m','f') AND NOT c.relispartition AND n.nspname <> ALL ($1)
     AND n.nspname !~ '^pg_(toast|temp)' AND has_schema_privilege(n.oid, 'USAGE')
   ORDER BY n.nspname, c.relname LIMIT ${MOST_TABLES})
SELECT t.nspname::text AS schema, t.relname::text AS "table", t.relkind::text AS kind,
       a.attname::text AS "column", format_type(a.atttypid, a.atttypmod) AS type
  FROM t LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
 ORDER BY t.nspname, t.relname, a.attnum LIMIT ${MOST_COLUMNS}`;

const FUNCTIONS = `
SELECT n.nspname::text AS schema, p.proname::text AS name, pg_get_function_identity_arguments(p.oid) AS arguments
  FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
 WHERE n.nspname <> ALL ($1) AND p.prorettype <> 'trigger'::regtype
   AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')
 ORDER BY 1, 2 LIMIT ${MOST_FUNCTIONS}`;

const HIDDEN = ["pg_catalog", "information_schema", "dbmigrator", "dbmigrator_undo"];

interface TableRow {
  schema: string;
  table: string;
  kind: string;
  column: string | null;
  type: string | null;
}

const KINDS: Record<string, CompletionTable["kind"]> = {
  v: "view",
  m: "materialized_view",
  f: "foreign_table",
};

/**
 * Names for completion in the editor: schemas, tables, columns with their types, functions (pg_class,
 * pg_attribute, pg_proc). Partitions and what extensions brought are left out; bounded in time and size.
 * @throws DomainError of openConnection
 */
export async function readCompletionCatalog(target: ConnectionSpec | pg.Client): Promise<CompletionSchema[]> {
  if (target instanceof pg.Client) return readCatalog(target);
  const client = await openConnection({ ...target, applicationName: "dbmigrator-completion" });
  try {
    await client.query(`SET statement_timeout = ${TIMEOUT_MS}`);
    return await readCatalog(client);
  } finally {
    await closeConnection(client);
  }
}

async function readCatalog(client: pg.Client): Promise<CompletionSchema[]> {
  const tables = await client.query<TableRow>(TABLES, [HIDDEN]);
  const functions = await client.query<{ schema: string; name: string; arguments: string }>(FUNCTIONS, [
    HIDDEN,
  ]);
  const path = await client.query<{ names: string[] }>("SELECT current_schemas(false)::text[] AS names");
  const inPath = new Set(path.rows[0]?.names ?? []);
  const schemas = new Map<string, CompletionSchema>();
  const schemaOf = (name: string): CompletionSchema => {
    const known = schemas.get(name) ?? {
      schema: name,
      tables: [],
      functions: [],
      inSearchPath: inPath.has(name),
    };
    schemas.set(name, known);
    return known;
  };
  for (const row of tables.rows) addColumn(schemaOf(row.schema).tables, row);
  for (const { schema, ...one } of functions.rows) schemaOf(schema).functions.push(one);
  return [...schemas.values()];
}

/** Rows come ordered by table. */
function addColumn(tables: CompletionTable[], row: TableRow): void {
  let table = tables.at(-1);
  if (table?.name !== row.table) {
    table = { name: row.table, kind: KINDS[row.kind] ?? "table", columns: [] };
    tables.push(table);
  }
  if (row.column !== null) table.columns.push({ name: row.column, type: row.type ?? "" });
}
