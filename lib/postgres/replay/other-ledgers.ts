import type pg from "pg";

/** A migration as another tool's own table records it. */
export interface ForeignRecord {
  /** What the tool calls it: a file name, a version, an id. */
  key: string;
  version: string;
  at: string | null;
  failed: boolean;
  /** It stands for everything up to it: the tool keeps only where it is, or began there. */
  upTo?: boolean;
}

export interface ForeignLedger {
  tool: string;
  /** Qualified and quoted. */
  table: string;
  records: ForeignRecord[];
}

interface KnownLedger {
  tool: string;
  /** Name of the table, in any schema unless `schema` is given. */
  table: string;
  schema?: string;
  /** Columns that tell it from tables of the same name. */
  columns: string[];
  without?: string[];
  /** Another table of the tool in the same schema. */
  beside?: string;
  /** Columns: key, version, at, failed, and perhaps "upTo". */
  select: string;
  order: string;
}

const TIME = (column: string) => `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')`;

/** The tables of other tools, as their documentation and sources describe them. */
const KNOWN: KnownLedger[] = [
  {
    tool: "Prisma",
    table: "_prisma_migrations",
    columns: ["migration_name", "finished_at", "rolled_back_at"],
    select: `migration_name AS key, split_part(migration_name, '_', 1) AS version, ${TIME("finished_at")} AS at, finished_at IS NULL AS failed FROM %t WHERE rolled_back_at IS NULL`,
    order: "started_at",
  },
  {
    // A version that was undone, or deleted by a repair, has a later row that says so.
    tool: "Flyway",
    table: "flyway_schema_history",
    columns: ["installed_rank", "version", "script", "success"],
    select: `regexp_replace(script, '\\.sql$', '') AS key, coalesce(version, '') AS version, ${TIME("installed_on")} AS at, NOT success AS failed,
      type IN ('BASELINE', 'SQL_BASELINE') AS "upTo"
      FROM (SELECT *, rank() OVER (PARTITION BY coalesce(version, script) ORDER BY installed_rank DESC) AS age FROM %t) h
      WHERE age = 1 AND type IN ('SQL', 'BASELINE', 'SQL_BASELINE')`,
    order: "installed_rank",
  },
  {
    tool: "Liquibase",
    table: "databasechangelog",
    columns: ["id", "author", "filename", "orderexecuted"],
    select: `regexp_replace(regexp_replace(filename, '^.*/', ''), '\\.sql$', '') AS key, id AS version, ${TIME("dateexecuted")} AS at, exectype NOT IN ('EXECUTED', 'RERAN', 'MARK_RAN') AS failed FROM %t WHERE true`,
    order: "orderexecuted",
  },
  {
    tool: "Alembic",
    table: "alembic_version",
    columns: ["version_num"],
    select:
      'version_num AS key, version_num AS version, NULL AS at, false AS failed, true AS "upTo" FROM %t WHERE true',
    order: "1",
  },
  {
    tool: "node-pg-migrate",
    table: "pgmigrations",
    columns: ["id", "name", "run_on"],
    select: `regexp_replace(name, '\\.(sql|[cm]?[jt]s)$', '') AS key, split_part(name, '_', 1) AS version, ${TIME("run_on")} AS at, false AS failed FROM %t WHERE true`,
    order: "id",
  },
  {
    tool: "Knex",
    table: "knex_migrations",
    columns: ["id", "name", "batch", "migration_time"],
    select: `regexp_replace(name, '\\.(sql|[cm]?[jt]s)$', '') AS key, split_part(name, '_', 1) AS version, ${TIME("migration_time")} AS at, false AS failed FROM %t WHERE true`,
    order: "id",
  },
  {
    tool: "golang-migrate",
    table: "schema_migrations",
    columns: ["version", "dirty"],
    select:
      'version::text AS key, version::text AS version, NULL AS at, dirty AS failed, true AS "upTo" FROM %t WHERE true',
    order: "version",
  },
  {
    tool: "Rails",
    table: "schema_migrations",
    columns: ["version"],
    without: ["dirty"],
    beside: "ar_internal_metadata",
    select: "version::text AS key, version::text AS version, NULL AS at, false AS failed FROM %t WHERE true",
    order: "version",
  },
  {
    tool: "dbmate",
    table: "schema_migrations",
    columns: ["version"],
    without: ["dirty"],
    select: "version::text AS key, version::text AS version, NULL AS at, false AS failed FROM %t WHERE true",
    order: "version",
  },
  {
    tool: "Drizzle",
    table: "__drizzle_migrations",
    columns: ["id", "hash", "created_at"],
    select: `hash AS key, created_at::text AS version, ${TIME("to_timestamp(created_at / 1000.0)")} AS at, false AS failed FROM %t WHERE true`,
    order: "created_at",
  },
  {
    tool: "diesel",
    table: "__diesel_schema_migrations",
    columns: ["version", "run_on"],
    select: `version AS key, version AS version, ${TIME("run_on")} AS at, false AS failed FROM %t WHERE true`,
    order: "version",
  },
];

/**
 * What other migration tools say is applied in a database. Reads their tables, writes nothing; a table of theirs that
 * the role may not read has no records and `table` ends in a word about it.
 */
export async function readOtherLedgers(client: pg.Client): Promise<ForeignLedger[]> {
  const { rows } = await client.query<{
    schema: string;
    name: string;
    table: string;
    columns: string[];
    readable: boolean;
    neighbours: string[];
  }>(
    `SELECT n.nspname::text AS schema, c.relname::text AS name, format('%I.%I', n.nspname, c.relname) AS table,
       array_agg(a.attname::text) AS columns, has_table_privilege(c.oid, 'SELECT') AS readable,
       ARRAY(SELECT b.relname::text FROM pg_class b WHERE b.relnamespace = c.relnamespace AND b.relname = 'ar_internal_metadata') AS neighbours
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
     WHERE c.relkind IN ('r', 'p') AND c.relname = ANY ($1) AND n.nspname NOT IN ('dbmigrator', 'dbmigrator_undo')
     GROUP BY n.nspname, c.relname, c.relnamespace, c.oid ORDER BY 1, 2`,
    [KNOWN.map((one) => one.table)],
  );
  const ledgers: ForeignLedger[] = [];
  for (const row of rows) {
    const known = KNOWN.find(
      (one) =>
        one.table === row.name &&
        one.columns.every((column) => row.columns.includes(column)) &&
        !(one.without ?? []).some((column) => row.columns.includes(column)) &&
        (one.beside === undefined || row.neighbours.includes(one.beside)),
    );
    if (!known) continue;
    if (!row.readable) {
      ledgers.push({ tool: known.tool, table: `${row.table} (not readable)`, records: [] });
      continue;
    }
    const found = await client.query<ForeignRecord>(
      `SELECT ${known.select.replace("%t", row.table)} ORDER BY ${known.order}`,
    );
    ledgers.push({ tool: known.tool, table: row.table, records: found.rows });
  }
  return ledgers;
}

/** Facts that are a tool's own table and not the schema that migrations make. */
export function ownTables(ledgers: readonly ForeignLedger[]): string[] {
  const extra: Record<string, string[]> = {
    databasechangelog: ["databasechangeloglock"],
    knex_migrations: ["knex_migrations_lock"],
    schema_migrations: ["ar_internal_metadata"],
  };
  return ledgers.flatMap(({ table }) => {
    const plain = table.replace(/ \(not readable\)$/, "").replaceAll('"', "");
    const at = plain.lastIndexOf(".");
    const [schema, name] = [plain.slice(0, at), plain.slice(at + 1)];
    return [name, ...(extra[name] ?? [])].flatMap((one) => [
      `${schema}.${one}`,
      `${schema}.${one}_id_seq`,
      `${schema}.${one}_index_seq`,
    ]);
  });
}
