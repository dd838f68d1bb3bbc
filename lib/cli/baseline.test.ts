import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { bundleForTests, type CommandFolder, commandFolder, execute } from "../testing/command-line";
import { type TestDatabase, testDatabase } from "../testing/postgres";

interface Baseline {
  upTo: string | null;
  certainty: string;
  otherLedgers: { tool: string; table: string; applied: number; failed: number }[];
  migrations: { filename: string; present: boolean | null; proposed: boolean; recordedBy: string | null }[];
  leftOver: { name: string }[];
  contradictions: string[];
  recordedNow: string[];
  stopped: { migration: string } | null;
}

beforeAll(bundleForTests, 120_000);

const SCRIPTS: Record<string, string> = {
  "20260101000001_orders": "CREATE TABLE orders (id bigint PRIMARY KEY, note text);",
  "20260101000002_rows": "INSERT INTO orders VALUES (1, 'first');",
  "20260101000003_total": "ALTER TABLE orders ADD COLUMN total numeric;",
  "20260101000004_drop_note": "ALTER TABLE orders DROP COLUMN note;",
  "20260101000005_later": "CREATE TABLE later (id int);",
};
const NAMES = Object.keys(SCRIPTS);

describe.each([18, 14] as const)("baseline on PostgreSQL %i", (major) => {
  let folder: CommandFolder;
  let target: TestDatabase;
  const detect = (...more: string[]) =>
    folder.json<Baseline>(["baseline", "--detect", "--url", target.url, ...more]);
  const has = async (count: number, more = "") => {
    await execute(
      target.url,
      `${NAMES.slice(0, count)
        .map((name) => SCRIPTS[name])
        .join("\n")}${more}`,
    );
  };

  beforeEach(async () => {
    folder = commandFolder();
    target = await testDatabase({ major });
    for (const [name, sql] of Object.entries(SCRIPTS)) folder.write(`migrations/${name}.up.sql`, sql);
  });
  afterEach(async () => {
    folder.remove();
    await target.drop();
  });

  it("finds where a database stands by its schema, and records it only when told", async () => {
    await has(4);
    const found = detect();
    expect(found).toMatchObject({
      exit: 0,
      upTo: NAMES[3],
      certainty: "exact",
      leftOver: [],
      recordedNow: [],
    });
    expect(found.migrations.map((one) => one.proposed)).toEqual([true, true, true, true, false]);
    expect(found.migrations[1]?.present).toBeNull();
    expect(await execute(target.url, "SELECT to_regnamespace('dbmigrator') AS there")).toEqual([
      { there: null },
    ]);
    expect(detect("--yes").recordedNow).toEqual(NAMES.slice(0, 4));
    expect(folder.run(["up", "--url", target.url]).code).toBe(0);
    expect(folder.json<{ identical: boolean }>(["diff", "--url", target.url])).toMatchObject({
      identical: true,
    });
  });

  it("takes the nearest state where somebody changed more by hand, and says what is left", async () => {
    await has(3, "CREATE TABLE by_hand (id int); ALTER TABLE orders ADD COLUMN hand text;");
    expect(detect()).toMatchObject({
      upTo: NAMES[2],
      certainty: "closest",
      leftOver: [{ name: "public.by_hand" }, { name: "public.orders.hand" }],
    });
  });

  it("finds nothing in a database that has none of it", async () => {
    await execute(target.url, "CREATE TABLE unrelated (id int)");
    expect(detect("--yes")).toMatchObject({ upTo: null, certainty: "none", recordedNow: [] });
  });

  it("says which migration cannot be replayed, and judges those before it", async () => {
    await has(4);
    folder.write(`migrations/${NAMES[4]}.up.sql`, "ALTER TABLE nowhere ADD COLUMN a int;");
    expect(detect()).toMatchObject({ upTo: NAMES[3], certainty: "exact", stopped: { migration: NAMES[4] } });
  });
});

/** Tables of other tools as those tools make them, with the first three migrations applied. */
const LEDGERS: Record<string, string> = {
  Prisma: `CREATE TABLE _prisma_migrations (id varchar(36) PRIMARY KEY, checksum varchar(64) NOT NULL, finished_at timestamptz,
      migration_name varchar(255) NOT NULL, logs text, rolled_back_at timestamptz, started_at timestamptz NOT NULL DEFAULT now(), applied_steps_count int NOT NULL DEFAULT 0);
    INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at) VALUES
      ('1', 'x', '${NAMES[0]}', now()), ('2', 'x', '${NAMES[1]}', now()), ('3', 'x', '${NAMES[2]}', now());`,
  Flyway: `CREATE TABLE flyway_schema_history (installed_rank int PRIMARY KEY, version varchar(50), description varchar(200) NOT NULL, type varchar(20) NOT NULL,
      script varchar(1000) NOT NULL, checksum int, installed_by varchar(100) NOT NULL, installed_on timestamp NOT NULL DEFAULT now(), execution_time int NOT NULL, success boolean NOT NULL);
    CREATE INDEX flyway_schema_history_s_idx ON flyway_schema_history (success);
    INSERT INTO flyway_schema_history VALUES
      (1, '20260101000001', 'orders', 'SQL', 'V20260101000001__orders.sql', 1, 'x', now(), 1, true),
      (2, '20260101000002', 'rows', 'SQL', 'V20260101000002__rows.sql', 1, 'x', now(), 1, true),
      (3, '20260101000003', 'total', 'SQL', 'V20260101000003__total.sql', 1, 'x', now(), 1, true),
      (4, '20260101000004', 'drop', 'SQL', 'V20260101000004__drop.sql', 1, 'x', now(), 1, false);`,
  Liquibase: `CREATE TABLE databasechangelog (id varchar(255) NOT NULL, author varchar(255) NOT NULL, filename varchar(255) NOT NULL, dateexecuted timestamp NOT NULL,
      orderexecuted int NOT NULL, exectype varchar(10) NOT NULL, md5sum varchar(35), description varchar(255), comments varchar(255), tag varchar(255), liquibase varchar(20),
      contexts varchar(255), labels varchar(255), deployment_id varchar(10));
    INSERT INTO databasechangelog (id, author, filename, dateexecuted, orderexecuted, exectype) VALUES
      ('raw', 'includeAll', 'db/${NAMES[0]}.sql', now(), 1, 'EXECUTED'), ('raw', 'includeAll', 'db/${NAMES[1]}.sql', now(), 2, 'EXECUTED'), ('raw', 'includeAll', 'db/${NAMES[2]}.sql', now(), 3, 'EXECUTED');`,
  Alembic: `CREATE TABLE alembic_version (version_num varchar(32) PRIMARY KEY); INSERT INTO alembic_version VALUES ('20260101000003');`,
  "node-pg-migrate": `CREATE TABLE pgmigrations (id serial PRIMARY KEY, name varchar(255) NOT NULL, run_on timestamp NOT NULL);
    INSERT INTO pgmigrations (name, run_on) VALUES ('${NAMES[0]}', now()), ('${NAMES[1]}', now()), ('${NAMES[2]}', now());`,
  Knex: `CREATE TABLE knex_migrations (id serial PRIMARY KEY, name varchar(255), batch int, migration_time timestamptz);
    CREATE TABLE knex_migrations_lock (index serial PRIMARY KEY, is_locked int);
    INSERT INTO knex_migrations (name, batch, migration_time) VALUES ('${NAMES[0]}.js', 1, now()), ('${NAMES[1]}.js', 1, now()), ('${NAMES[2]}.ts', 1, now());`,
  "golang-migrate": `CREATE TABLE schema_migrations (version bigint PRIMARY KEY, dirty boolean NOT NULL); INSERT INTO schema_migrations VALUES (20260101000003, false);`,
  dbmate: `CREATE TABLE schema_migrations (version varchar(255) PRIMARY KEY); INSERT INTO schema_migrations VALUES ('20260101000001'), ('20260101000002'), ('20260101000003');`,
  Rails: `CREATE TABLE schema_migrations (version varchar PRIMARY KEY); INSERT INTO schema_migrations VALUES ('20260101000001'), ('20260101000002'), ('20260101000003');
    CREATE TABLE ar_internal_metadata (key varchar PRIMARY KEY, value varchar, created_at timestamp(6) NOT NULL, updated_at timestamp(6) NOT NULL);`,
  Supabase: `CREATE SCHEMA supabase_migrations; CREATE TABLE supabase_migrations.schema_migrations (version text PRIMARY KEY, statements text[], name text);
    CREATE TABLE supabase_migrations.seed_files (path text PRIMARY KEY, hash text NOT NULL);
    INSERT INTO supabase_migrations.schema_migrations (version, name) VALUES ('20260101000001', 'orders'), ('20260101000002', 'rows'), ('20260101000003', 'total');`,
  Hasura: `CREATE SCHEMA hdb_catalog; CREATE TABLE hdb_catalog.hdb_metadata (id int PRIMARY KEY, metadata json NOT NULL);
    CREATE TABLE hdb_catalog.hdb_version (hasura_uuid uuid PRIMARY KEY DEFAULT gen_random_uuid(), version text NOT NULL, upgraded_on timestamptz NOT NULL, cli_state jsonb NOT NULL DEFAULT '{}', console_state jsonb NOT NULL DEFAULT '{}');
    INSERT INTO hdb_catalog.hdb_version (version, upgraded_on, cli_state) VALUES
      ('48', now(), '{"settings": {}, "migrations": {"default": {"20260101000001": false, "20260101000002": false, "20260101000003": false}}}');`,
  goose: `CREATE TABLE goose_db_version (id integer PRIMARY KEY GENERATED BY DEFAULT AS IDENTITY, version_id bigint NOT NULL, is_applied boolean NOT NULL, tstamp timestamp NOT NULL DEFAULT now());
    INSERT INTO goose_db_version (version_id, is_applied) VALUES (0, true), (20260101000001, true), (20260101000002, true), (20260101000003, true), (20260101000004, true), (20260101000004, false);`,
  diesel: `CREATE TABLE __diesel_schema_migrations (version varchar(50) PRIMARY KEY, run_on timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP);
    INSERT INTO __diesel_schema_migrations (version) VALUES ('20260101000001'), ('20260101000002'), ('20260101000003');`,
};

describe("tables of other tools", () => {
  let folder: CommandFolder;
  let target: TestDatabase;
  beforeEach(async () => {
    folder = commandFolder();
    target = await testDatabase();
    for (const [name, sql] of Object.entries(SCRIPTS)) folder.write(`migrations/${name}.up.sql`, sql);
    await execute(
      target.url,
      NAMES.slice(0, 3)
        .map((name) => SCRIPTS[name])
        .join("\n"),
    );
  });
  afterEach(async () => {
    folder.remove();
    await target.drop();
  });

  it.each(Object.keys(LEDGERS))("are read as evidence and are no difference: %s", async (tool) => {
    await execute(target.url, LEDGERS[tool] ?? "");
    const found = folder.json<Baseline>(["baseline", "--detect", "--url", target.url]);
    expect(found.otherLedgers).toMatchObject([{ tool, failed: tool === "Flyway" ? 1 : 0 }]);
    expect(found.migrations.map((one) => one.proposed)).toEqual([true, true, true, false, false]);
    expect(found.migrations.slice(0, 3).map((one) => one.recordedBy)).toEqual([tool, tool, tool]);
    expect(found).toMatchObject({ upTo: NAMES[2], certainty: "exact", contradictions: [], leftOver: [] });
  });

  it("are read for Drizzle by the hash of each script", async () => {
    const { createHash } = await import("node:crypto");
    const hashes = NAMES.slice(0, 3).map((name) =>
      createHash("sha256")
        .update(SCRIPTS[name] ?? "")
        .digest("hex"),
    );
    await execute(
      target.url,
      `CREATE SCHEMA drizzle; CREATE TABLE drizzle.__drizzle_migrations (id serial PRIMARY KEY, hash text NOT NULL, created_at bigint);
       INSERT INTO drizzle.__drizzle_migrations (hash, created_at) VALUES ${hashes.map((hash, at) => `('${hash}', ${1700000000000 + at})`).join(", ")}`,
    );
    const found = folder.json<Baseline>(["baseline", "--detect", "--url", target.url]);
    expect(found.otherLedgers).toMatchObject([
      { tool: "Drizzle", table: "drizzle.__drizzle_migrations", applied: 3 },
    ]);
    expect(found.migrations.map((one) => one.recordedBy)).toEqual([
      "Drizzle",
      "Drizzle",
      "Drizzle",
      null,
      null,
    ]);
    expect(found).toMatchObject({ upTo: NAMES[2], certainty: "exact", leftOver: [] });
  });

  it("are read for Refinery by the number of each script, its names being Flyway's", async () => {
    for (const name of NAMES) folder.write(`refinery/V${name.replace("_", "__")}.sql`, SCRIPTS[name] ?? "");
    await execute(
      target.url,
      `CREATE TABLE refinery_schema_history (version bigint PRIMARY KEY, name varchar(255), applied_on varchar(255), checksum varchar(255));
       INSERT INTO refinery_schema_history VALUES (20260101000001, 'orders', '2026-01-01T00:00:01Z', '1'), (20260101000002, 'rows', '2026-01-01T00:00:02Z', '2'), (20260101000003, 'total', '2026-01-01T00:00:03Z', '3')`,
    );
    const args = ["baseline", "--detect", "--dir", "refinery", "--url", target.url];
    const found = folder.json<Baseline>(args);
    expect(found.migrations.map((one) => one.recordedBy)).toEqual([
      "Refinery",
      "Refinery",
      "Refinery",
      null,
      null,
    ]);
    expect(found).toMatchObject({ certainty: "exact", leftOver: [] });
  });

  it("are read for Flyway as they stand: what was undone or deleted is not applied, a baseline covers all before it", async () => {
    await execute(
      target.url,
      `${(LEDGERS.Flyway ?? "").split("INSERT")[0]} INSERT INTO flyway_schema_history VALUES
        (1, '20260101000002', '<< Flyway Baseline >>', 'BASELINE', '<< Flyway Baseline >>', NULL, 'x', now(), 0, true),
        (2, '20260101000003', 'total', 'SQL', 'V20260101000003__total.sql', 1, 'x', now(), 1, true),
        (3, '20260101000004', 'drop', 'SQL', 'V20260101000004__drop.sql', 1, 'x', now(), 1, true),
        (4, '20260101000004', 'drop', 'UNDO_SQL', 'U20260101000004__drop.sql', 1, 'x', now(), 1, true),
        (5, '20260101000005', 'later', 'SQL', 'V20260101000005__later.sql', 1, 'x', now(), 1, true),
        (6, '20260101000005', 'later', 'DELETE', 'V20260101000005__later.sql', 1, 'x', now(), 0, true)`,
    );
    const found = folder.json<Baseline>(["baseline", "--detect", "--url", target.url]);
    expect(found.migrations.map((one) => one.recordedBy)).toEqual(["Flyway", "Flyway", "Flyway", null, null]);
    expect(found).toMatchObject({ upTo: NAMES[2], certainty: "exact" });
  });

  it("are contradicted where the database does not show what they say", async () => {
    await execute(target.url, `${LEDGERS.dbmate} INSERT INTO schema_migrations VALUES ('20260101000005')`);
    const found = folder.json<Baseline>(["baseline", "--detect", "--url", target.url]);
    expect(found.contradictions).toEqual([NAMES[4]]);
  });
});
