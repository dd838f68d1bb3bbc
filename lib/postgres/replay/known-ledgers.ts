export interface KnownLedger {
  tool: string;
  /** Name of the table, in any schema unless `schema` is given. */
  table: string;
  schema?: string;
  /** Columns that tell it from tables of the same name. */
  columns: string[];
  without?: string[];
  /** Another table of the tool in the same schema. */
  beside?: string;
  /** Tables of the tool beside it that hold no records. */
  others?: string[];
  /** A schema that is the tool's alone. */
  ownSchema?: string;
  /** Columns: key, version, at, failed, and perhaps "upTo". */
  select: string;
  order: string;
}

const TIME = (column: string) => `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')`;

/** The tables of other tools, as their documentation and sources describe them. */
export const KNOWN: KnownLedger[] = [
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
    others: ["databasechangeloglock"],
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
    others: ["knex_migrations_lock"],
    columns: ["id", "name", "batch", "migration_time"],
    select: `regexp_replace(name, '\\.(sql|[cm]?[jt]s)$', '') AS key, split_part(name, '_', 1) AS version, ${TIME("migration_time")} AS at, false AS failed FROM %t WHERE true`,
    order: "id",
  },
  {
    // Of the schema_migrations of others it has the names too.
    tool: "Supabase",
    table: "schema_migrations",
    schema: "supabase_migrations",
    ownSchema: "supabase_migrations",
    columns: ["version", "name"],
    select:
      "concat_ws('_', version, name) AS key, version AS version, NULL AS at, false AS failed FROM %t WHERE true",
    order: "version",
  },
  {
    // Before version 2 each migration had its row here.
    tool: "Hasura",
    table: "schema_migrations",
    schema: "hdb_catalog",
    ownSchema: "hdb_catalog",
    columns: ["version", "dirty"],
    select: "version::text AS key, version::text AS version, NULL AS at, dirty AS failed FROM %t WHERE true",
    order: "version",
  },
  {
    tool: "Hasura",
    table: "hdb_version",
    schema: "hdb_catalog",
    ownSchema: "hdb_catalog",
    columns: ["hasura_uuid", "cli_state"],
    select: `m.key AS key, m.key AS version, NULL AS at, m.value = 'true' AS failed
      FROM %t, jsonb_each(coalesce(cli_state -> 'migrations', '{}')) d, jsonb_each(d.value) m WHERE true`,
    order: "1",
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
    others: ["ar_internal_metadata"],
    select: "version::text AS key, version::text AS version, NULL AS at, false AS failed FROM %t WHERE true",
    order: "version",
  },
  {
    tool: "Ecto",
    table: "schema_migrations",
    columns: ["version", "inserted_at"],
    without: ["dirty"],
    select: `version::text AS key, version::text AS version, ${TIME("inserted_at")} AS at, false AS failed FROM %t WHERE true`,
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
    ownSchema: "drizzle",
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
  ...["goose_db_version", "micrate_db_version"].map((table) => ({
    // What went down again has a later row that says so, or none any more; 0 stands for the empty database.
    tool: table === "goose_db_version" ? "goose" : "micrate",
    table,
    columns: ["id", "version_id", "is_applied", "tstamp"],
    select: `version_id::text AS key, version_id::text AS version, ${TIME("tstamp")} AS at, false AS failed
      FROM (SELECT *, rank() OVER (PARTITION BY version_id ORDER BY id DESC) AS age FROM %t) h
      WHERE age = 1 AND is_applied AND version_id > 0`,
    order: "version_id",
  })),
  {
    tool: "sqlx",
    table: "_sqlx_migrations",
    columns: ["version", "description", "success", "checksum"],
    select: `version::text AS key, version::text AS version, ${TIME("installed_on")} AS at, NOT success AS failed FROM %t WHERE true`,
    order: "version",
  },
  {
    tool: "Refinery",
    table: "refinery_schema_history",
    columns: ["version", "name", "applied_on", "checksum"],
    select:
      "format('V%s__%s', version, name) AS key, version::text AS version, applied_on AS at, false AS failed FROM %t WHERE true",
    order: "version",
  },
  {
    // A baseline is the first bit of the type; names with a point are Atlas's own notes.
    tool: "Atlas",
    table: "atlas_schema_revisions",
    ownSchema: "atlas_schema_revisions",
    columns: ["version", "applied", "total", "executed_at", "hash"],
    select: `concat_ws('_', version, nullif(description, '')) AS key, version AS version, ${TIME("executed_at")} AS at,
      applied < total OR coalesce(error, '') <> '' AS failed, type & 1 = 1 AS "upTo" FROM %t WHERE version NOT LIKE '.%'`,
    order: "executed_at",
  },
  {
    tool: "sql-migrate",
    table: "gorp_migrations",
    columns: ["id", "applied_at"],
    select: `regexp_replace(id, '\\.sql$', '') AS key, substring(id from '^[0-9]+') AS version, ${TIME("applied_at")} AS at, false AS failed FROM %t WHERE true`,
    order: "id",
  },
  {
    tool: "tern",
    table: "schema_version",
    columns: ["version"],
    without: ["installed_rank", "version_rank", "name", "id"],
    select:
      'version::text AS key, version::text AS version, NULL AS at, false AS failed, true AS "upTo" FROM %t WHERE version > 0',
    order: "1",
  },
  {
    tool: "sqitch",
    table: "changes",
    ownSchema: "sqitch",
    columns: ["change_id", "change", "project", "committed_at", "planned_at"],
    select: `change AS key, change AS version, ${TIME("committed_at")} AS at, false AS failed FROM %t WHERE true`,
    order: "committed_at",
  },
  {
    tool: "graphile-migrate",
    table: "migrations",
    schema: "graphile_migrate",
    ownSchema: "graphile_migrate",
    columns: ["hash", "previous_hash", "filename", "date"],
    select: `regexp_replace(filename, '\\.sql$', '') AS key, substring(filename from '^[0-9]+') AS version, ${TIME("date")} AS at, false AS failed FROM %t WHERE true`,
    order: "filename",
  },
  {
    tool: "postgres-migrations",
    table: "migrations",
    columns: ["id", "name", "hash", "executed_at"],
    select: `id::text AS key, id::text AS version, ${TIME("executed_at")} AS at, false AS failed FROM %t WHERE id > 0`,
    order: "id",
  },
  {
    tool: "db-migrate",
    table: "migrations",
    columns: ["id", "name", "run_on"],
    select: `ltrim(name, '/') AS key, substring(name from '[0-9]+') AS version, ${TIME("run_on")} AS at, false AS failed FROM %t WHERE true`,
    order: "id",
  },
  {
    tool: "postgrator",
    table: "schemaversion",
    columns: ["version", "name", "md5", "run_at"],
    select: `version::text AS key, version::text AS version, ${TIME("run_at")} AS at, false AS failed FROM %t WHERE version > 0`,
    order: "version",
  },
  {
    tool: "morph",
    table: "db_migrations",
    columns: ["version", "name"],
    select: "version::text AS key, version::text AS version, NULL AS at, false AS failed FROM %t WHERE true",
    order: "version",
  },
  {
    tool: "Entity Framework",
    table: "__EFMigrationsHistory",
    columns: ["MigrationId", "ProductVersion"],
    select: `"MigrationId" AS key, split_part("MigrationId", '_', 1) AS version, NULL AS at, false AS failed FROM %t WHERE true`,
    order: "1",
  },
];
