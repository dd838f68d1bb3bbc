import pg from "pg";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { isSameMigration } from "../../core/comparison/baseline";
import { filterSnapshot } from "../../core/comparison/filter";
import { type TestDatabase, testDatabase } from "../../testing/postgres";
import { readSnapshot } from "../introspect/read-snapshot";
import { ownTables, readOtherLedgers } from "./other-ledgers";

const NAMES = ["20260101000001_orders", "20260101000002_rows", "20260101000003_total"];

/** Tables of other tools as those tools make them, with these migrations applied; lib/cli/baseline.test.ts has more. */
const LEDGERS: Record<string, string> = {
  Ecto: `CREATE TABLE schema_migrations (version bigint PRIMARY KEY, inserted_at timestamp(0)); INSERT INTO schema_migrations VALUES (20260101000001, now()), (20260101000002, now()), (20260101000003, now());`,
  sqlx: `CREATE TABLE _sqlx_migrations (version bigint PRIMARY KEY, description text NOT NULL, installed_on timestamptz NOT NULL DEFAULT now(), success boolean NOT NULL, checksum bytea NOT NULL, execution_time bigint NOT NULL);
    INSERT INTO _sqlx_migrations VALUES (20260101000001, 'orders', now(), true, '', 1), (20260101000002, 'rows', now(), true, '', 1), (20260101000003, 'total', now(), true, '', 1);`,
  Atlas: `CREATE SCHEMA atlas_schema_revisions;
    CREATE TABLE atlas_schema_revisions.atlas_schema_revisions (version varchar PRIMARY KEY, description varchar NOT NULL, type bigint NOT NULL DEFAULT 2, applied bigint NOT NULL DEFAULT 0, total bigint NOT NULL DEFAULT 0,
      executed_at timestamptz NOT NULL, execution_time bigint NOT NULL, error text, error_stmt text, hash varchar NOT NULL, partial_hashes jsonb, operator_version varchar NOT NULL);
    INSERT INTO atlas_schema_revisions.atlas_schema_revisions (version, description, type, applied, total, executed_at, execution_time, hash, operator_version) VALUES
      ('.atlas_cloud_identifier', 'x', 2, 0, 0, now(), 0, '', ''), ('20260101000002', 'rows', 1, 0, 0, now(), 0, 'x', ''), ('20260101000003', 'total', 2, 1, 1, now(), 1, 'x', '');`,
  "sql-migrate": `CREATE TABLE gorp_migrations (id text PRIMARY KEY, applied_at timestamptz);
    INSERT INTO gorp_migrations VALUES ('${NAMES[0]}.sql', now()), ('${NAMES[1]}.sql', now()), ('${NAMES[2]}.sql', now());`,
  tern: "CREATE TABLE schema_version (version bigint NOT NULL); INSERT INTO schema_version VALUES (20260101000003);",
  sqitch: `CREATE SCHEMA sqitch; CREATE TABLE sqitch.projects (project text PRIMARY KEY);
    CREATE TABLE sqitch.changes (change_id text PRIMARY KEY, script_hash text, change text NOT NULL, project text NOT NULL REFERENCES sqitch.projects, note text NOT NULL DEFAULT '',
      committed_at timestamptz NOT NULL DEFAULT clock_timestamp(), planned_at timestamptz NOT NULL DEFAULT now());
    INSERT INTO sqitch.projects VALUES ('shop');
    INSERT INTO sqitch.changes (change_id, change, project) VALUES ('a', '${NAMES[0]}', 'shop'), ('b', '${NAMES[1]}', 'shop'), ('c', '${NAMES[2]}', 'shop');`,
  "graphile-migrate": `CREATE SCHEMA graphile_migrate; CREATE TABLE graphile_migrate.migrations (hash text PRIMARY KEY, previous_hash text REFERENCES graphile_migrate.migrations, filename text NOT NULL, date timestamptz NOT NULL DEFAULT now());
    CREATE TABLE graphile_migrate.current (filename text PRIMARY KEY DEFAULT 'current.sql', content text NOT NULL, date timestamptz NOT NULL DEFAULT now());
    INSERT INTO graphile_migrate.migrations VALUES ('a', NULL, '${NAMES[0]}.sql'), ('b', 'a', '${NAMES[1]}.sql'), ('c', 'b', '${NAMES[2]}.sql');`,
  "postgres-migrations": `CREATE TABLE migrations (id integer PRIMARY KEY, name varchar(100) UNIQUE NOT NULL, hash varchar(40) NOT NULL, executed_at timestamp DEFAULT current_timestamp);
    ALTER TABLE migrations ALTER COLUMN id TYPE bigint;
    INSERT INTO migrations VALUES (0, 'create-migrations-table', ''), (20260101000001, 'orders', ''), (20260101000002, 'rows', ''), (20260101000003, 'total', '');`,
  "db-migrate": `CREATE TABLE migrations (id serial PRIMARY KEY, name varchar(255) NOT NULL, run_on timestamp NOT NULL);
    INSERT INTO migrations (name, run_on) VALUES ('/${NAMES[0]}', now()), ('/${NAMES[1]}', now()), ('/${NAMES[2]}', now());`,
  postgrator: `CREATE TABLE schemaversion (version bigint PRIMARY KEY, name text, md5 text, run_at timestamptz);
    INSERT INTO schemaversion VALUES (0, NULL, NULL, now()), (20260101000001, 'orders', '', now()), (20260101000002, 'rows', '', now()), (20260101000003, 'total', '', now());`,
  morph: `CREATE TABLE db_migrations (version bigint PRIMARY KEY, name varchar NOT NULL);
    INSERT INTO db_migrations VALUES (20260101000001, 'orders'), (20260101000002, 'rows'), (20260101000003, 'total');`,
  "Entity Framework": `CREATE TABLE "__EFMigrationsHistory" ("MigrationId" varchar(150) PRIMARY KEY, "ProductVersion" varchar(32) NOT NULL);
    INSERT INTO "__EFMigrationsHistory" VALUES ('${NAMES[0]}', '9.0.0'), ('${NAMES[1]}', '9.0.0'), ('${NAMES[2]}', '9.0.0');`,
};

describe.each([18, 14] as const)("tables of other tools on PostgreSQL %i", (major) => {
  let target: TestDatabase;
  let client: pg.Client;
  beforeEach(async () => {
    target = await testDatabase({ major });
    client = new pg.Client({ connectionString: target.url });
    await client.connect();
  });
  afterEach(async () => {
    await client.end();
    await target.drop();
  });

  it.each(Object.keys(LEDGERS))("say what is applied, and are no part of the schema: %s", async (tool) => {
    await client.query("CREATE TABLE orders (id int)");
    await client.query(LEDGERS[tool] ?? "");
    const ledgers = await readOtherLedgers(client);
    expect(ledgers.map((one) => one.tool)).toEqual([tool]);
    const records = ledgers[0]?.records ?? [];
    const told = NAMES.filter((filename) => {
      const version = filename.split("_")[0] as string;
      return records.some(
        (one) =>
          isSameMigration({ filename, version, checksum: "" }, one) || (one.upTo && version < one.version),
      );
    });
    expect(told).toEqual(NAMES);
    expect(records.filter((one) => one.failed)).toEqual([]);
    const left = filterSnapshot(await readSnapshot(client), { exclude: ownTables(ledgers) });
    const objects = [...left.facts.values()].filter((fact) => fact.parent === null && fact.schema !== null);
    expect(objects.map((fact) => fact.id)).toEqual(["table:public.orders"]);
    expect([...left.facts.keys()].filter((id) => id.startsWith("schema:"))).toEqual(["schema:public"]);
  });
});
