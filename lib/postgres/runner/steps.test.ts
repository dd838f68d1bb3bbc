import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventWaiter, type MigrationBench, migrationBench } from "../../testing/migrations";
import { readLedger, settleMigration } from "../ledger/ledger";

let bench: MigrationBench;
beforeAll(async () => {
  bench = await migrationBench();
});
afterAll(() => bench.close());

const row = async (service: string) => (await readLedger(bench.client, service))[0];
const terminate = () =>
  bench.client.query(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'dbmigrator runner' AND datname = current_database()",
  );

/** A transaction with a snapshot: CREATE INDEX CONCURRENTLY waits for its end. */
async function openTransaction(): Promise<{ end(): Promise<void> }> {
  const client = new pg.Client({ connectionString: bench.database.url });
  await client.connect();
  await client.query("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM pg_class");
  return { end: () => client.end() };
}

describe("statements outside of a transaction", () => {
  it("run between transactions of the rest, and every statement is recorded as done", async () => {
    const outcome = await bench.up("mix", {
      "1_a.sql":
        "CREATE TABLE mix (id int);\nCREATE INDEX CONCURRENTLY mix_i ON mix (id);\nINSERT INTO mix VALUES (1);\nVACUUM mix;",
    });
    expect(outcome.failure).toBeUndefined();
    expect(await row("mix")).toMatchObject({
      status: "applied",
      steps: { total: 4, done: [{}, {}, {}, {}].map(() => expect.any(String)) },
    });
    expect((await row("mix"))?.steps?.current).toBeUndefined();
  });

  it("a failure keeps what was done; the corrected rest goes on after it", async () => {
    const first = {
      "1_a.sql":
        "CREATE TABLE half (id int);\nINSERT INTO half VALUES (1), (1);\nCREATE UNIQUE INDEX CONCURRENTLY half_u ON half (id);\n",
    };
    const outcome = await bench.up("half", first);
    expect(outcome).toMatchObject({ state: "failed", failure: { sqlState: "23505", statement: 3, line: 3 } });
    expect(await row("half")).toMatchObject({ status: "failed", steps: { total: 3 } });
    expect((await row("half"))?.steps?.done).toHaveLength(2);
    expect(await bench.value("SELECT to_regclass('half_u')")).toBeNull();

    const changed = { "1_a.sql": "CREATE TABLE half (id bigint);\nSELECT 1" };
    expect((await bench.up("half", changed)).failure).toMatchObject({
      statement: 1,
      message: expect.stringContaining("another one now"),
    });

    const corrected = { "1_a.sql": first["1_a.sql"].replace("UNIQUE INDEX", "INDEX") };
    expect((await bench.up("half", corrected)).state).toBe("succeeded");
    expect(await bench.value("SELECT count(*)::int FROM half")).toBe(2);
  });

  it("an index whose session was ended is built anew, and no INVALID one stays", async () => {
    await bench.client.query("CREATE TABLE ended (id int)");
    const other = await openTransaction();
    const waiter = eventWaiter();
    const scripts = { "1_a.sql": "CREATE INDEX CONCURRENTLY ended_i ON ended (id);" };
    const running = bench.up("ended", scripts, { onEvent: waiter.onEvent });
    await waiter.seen("statement.blocked");
    expect(await bench.value("SELECT indisvalid FROM pg_index WHERE indexrelid = 'ended_i'::regclass")).toBe(
      false,
    );
    await terminate();
    const outcome = running;
    await other.end();
    expect(await outcome).toMatchObject({ state: "failed" });
    expect(await row("ended")).toMatchObject({ status: "failed" });
    expect(await bench.value("SELECT to_regclass('ended_i')")).toBeNull();
    expect((await bench.up("ended", scripts)).state).toBe("succeeded");
    expect(await bench.value("SELECT indisvalid FROM pg_index WHERE indexrelid = 'ended_i'::regclass")).toBe(
      true,
    );
  });

  it("CONCURRENTLY waits for an old transaction longer than a lock may take, also behind other statements", async () => {
    const other = await openTransaction();
    const waiter = eventWaiter();
    const running = bench.up(
      "behind",
      { "1_a.sql": "CREATE TABLE behind (id int);\nCREATE INDEX CONCURRENTLY behind_i ON behind (id);" },
      { onEvent: waiter.onEvent, settings: { lockTimeoutMs: 50, attempts: 1 } },
    );
    await waiter.seen("statement.blocked");
    await other.end();
    expect((await running).failure).toBeUndefined();
  });

  it("an INVALID index that was there before is neither taken for the wanted one nor dropped", async () => {
    await bench.client.query("CREATE TABLE inv (id int); INSERT INTO inv VALUES (1), (1)");
    await bench.client.query("CREATE UNIQUE INDEX CONCURRENTLY inv_i ON inv (id)").catch(() => {});
    for (const words of ["IF NOT EXISTS ", ""]) {
      const outcome = await bench.up("inv", {
        "1_a.sql": `CREATE INDEX CONCURRENTLY ${words}inv_i ON inv (id);`,
      });
      expect(outcome).toMatchObject({
        state: "failed",
        failure: { message: expect.stringContaining("INVALID"), statement: 1 },
      });
    }
    expect(await bench.value("SELECT to_regclass('inv_i') IS NOT NULL")).toBe(true);
  });

  it("what cannot be known after a lost session is in doubt, until a person settles it", async () => {
    await bench.client.query(
      "CREATE TABLE dbt (id int); CREATE PROCEDURE dbt_fill() LANGUAGE plpgsql AS $$ BEGIN INSERT INTO dbt VALUES (1); COMMIT; PERFORM pg_sleep(30); END $$",
    );
    const waiter = eventWaiter();
    const scripts = { "1_a.sql": "-- dbmigrator: transaction=none\nCALL dbt_fill();", "2_b.sql": "SELECT 1" };
    const running = bench.up("dbt", scripts, { onEvent: waiter.onEvent });
    await waiter.seen("statement.start");
    while ((await bench.value("SELECT count(*)::int FROM dbt")) === 0) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await terminate();
    expect(await running).toMatchObject({
      state: "in_doubt",
      migrations: [{ outcome: "in_doubt" }, { outcome: "not_reached" }],
    });
    expect(await row("dbt")).toMatchObject({
      status: "in_doubt",
      steps: { current: 1, evidence: expect.any(String) },
    });

    await settleMigration(bench.client, {
      service: "dbt",
      filename: "1_a",
      as: "applied",
      reason: "row is there",
      appliedBy: "me",
      runId: "s",
    });
    expect(await row("dbt")).toMatchObject({
      status: "applied",
      errorMessage: "settled: row is there",
      appliedBy: "me",
    });
    expect((await bench.up("dbt", scripts)).migrations).toEqual([
      { migration: "2_b", outcome: "applied", durationMs: expect.any(Number) },
    ]);
    expect(await bench.value("SELECT count(*)::int FROM dbt")).toBe(1);
  });

  it("transaction=none runs each statement alone", async () => {
    await bench.up("none", {
      "1_a.sql":
        "-- dbmigrator: transaction=none\nCREATE TABLE none_a (id int);\nINSERT INTO none_a VALUES (1);\nSELECT 1/0;",
    });
    expect(await bench.value("SELECT count(*)::int FROM none_a")).toBe(1);
  });
});

describe("a script with its own BEGIN and COMMIT", () => {
  it("runs as written and is recorded", async () => {
    const outcome = await bench.up("own", {
      "1_a.sql":
        "BEGIN;\nCREATE TABLE own_a (id int);\nCOMMIT;\nINSERT INTO own_a VALUES (1);\nBEGIN ISOLATION LEVEL SERIALIZABLE;\nSAVEPOINT s;\nINSERT INTO own_a VALUES (2);\nROLLBACK TO s;\nINSERT INTO own_a VALUES (3);\nEND;\nBEGIN; DROP TABLE own_a; ROLLBACK;",
    });
    expect(outcome.failure).toBeUndefined();
    expect(await bench.value("SELECT array_agg(id ORDER BY id) FROM own_a")).toEqual([1, 3]);
    expect(await row("own")).toMatchObject({ status: "applied" });
  });

  it("keeps the blocks before a failure, and the next run does not repeat them", async () => {
    const script =
      "BEGIN;\nCREATE TABLE own_b (id int);\nCOMMIT;\nBEGIN;\nINSERT INTO own_b VALUES (1);\nSELECT nowhere;\nCOMMIT;\n";
    const outcome = await bench.up("own_b", { "1_a.sql": script });
    expect(outcome).toMatchObject({ state: "failed", failure: { statement: 6, line: 6, column: 8 } });
    expect(await bench.value("SELECT count(*)::int FROM own_b")).toBe(0);
    expect(
      (await bench.up("own_b", { "1_a.sql": script.replace("SELECT nowhere;", "SELECT 1;") })).state,
    ).toBe("succeeded");
    expect(await bench.value("SELECT count(*)::int FROM own_b")).toBe(1);
  });

  it("is one transaction with its row when there is nothing around it", async () => {
    await bench.up("own_c", { "1_a.sql": "BEGIN; CREATE TABLE own_c (id int); COMMIT;" });
    expect(await row("own_c")).toMatchObject({ status: "applied", steps: null });
  });

  it("is refused before anything runs when BEGIN and COMMIT do not match", async () => {
    const refused = async (script: string) => (await bench.up("own_d", { "1_a.sql": script })).failure;
    expect(await refused("SELECT 1;\nBEGIN;\nSELECT 2;")).toMatchObject({
      line: 2,
      message: expect.stringContaining("no COMMIT"),
    });
    expect(await refused("SELECT 1;\nCOMMIT;")).toMatchObject({ line: 2 });
    expect(await refused("BEGIN;\nVACUUM;\nCOMMIT;")).toMatchObject({ line: 2 });
    expect(await readLedger(bench.client, "own_d")).toEqual([]);
  });
});

describe("the session between scripts", () => {
  it("does not leak settings, roles, temporary tables or prepared statements to the next", async () => {
    await bench.client.query(
      "CREATE ROLE leak_role; CREATE SCHEMA leak; GRANT ALL ON SCHEMA leak TO leak_role",
    );
    const outcome = await bench.up("leak", {
      "1_a.sql":
        "SET search_path = leak; SET ROLE leak_role; CREATE TABLE t (id int); SET lock_timeout = 0; SET statement_timeout = '1h';",
      "2_b.sql":
        "CREATE TEMP TABLE tmp (id int); PREPARE p AS SELECT 1; SELECT set_config('work_mem', '77MB', false);",
      "3_c.sql": `CREATE TABLE public.seen AS SELECT current_user::text AS who, current_setting('search_path') AS path,
        current_setting('lock_timeout') AS locks, current_setting('statement_timeout') AS statements, current_setting('work_mem') AS mem,
        to_regclass('pg_temp.tmp') AS tmp, (SELECT count(*)::int FROM pg_prepared_statements) AS prepared;`,
    });
    expect(outcome.failure).toBeUndefined();
    const { rows } = await bench.client.query("SELECT * FROM public.seen");
    expect(rows[0]).toEqual({
      ...{
        who: bench.database.spec.user,
        path: '"$user", public',
        locks: "3s",
        statements: "0",
        tmp: null,
        prepared: 0,
      },
      mem: expect.not.stringContaining("77"),
    });
    expect(
      await bench.value("SELECT relowner::regrole::text FROM pg_class WHERE oid = 'leak.t'::regclass"),
    ).toBe("leak_role");
    await bench.client.query("DROP SCHEMA leak CASCADE; DROP ROLE leak_role");
  });

  it("gives a borrowed connection back as it came", async () => {
    const client = new pg.Client({ connectionString: bench.database.url });
    await client.connect();
    await bench.up("lent", { "1_a.sql": "SET search_path = pg_catalog" }, { client });
    const { rows } = await client.query(
      "SELECT current_setting('search_path') AS path, current_setting('lock_timeout') AS locks, (SELECT count(*)::int FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()) AS held",
    );
    await client.end();
    expect(rows[0]).toEqual({ path: '"$user", public', locks: "0", held: 0 });
  });
});

describe("down in steps", () => {
  it("reverts what cannot run in a transaction, and goes on after a failure", async () => {
    const scripts = {
      "1_a.up.sql": "CREATE TABLE ds (id int); CREATE INDEX ds_i ON ds (id);",
      "1_a.down.sql": "DROP INDEX CONCURRENTLY ds_i;\nDROP TABLE ds;\nSELECT 1/0;",
    };
    await bench.up("ds", scripts);
    expect((await bench.down("ds", scripts)).state).toBe("failed");
    expect(await row("ds")).toMatchObject({ status: "failed", direction: "down" });
    expect((await bench.up("ds", scripts)).migrations).toEqual([]);
    const fixed = { ...scripts, "1_a.down.sql": scripts["1_a.down.sql"].replace("1/0", "1") };
    expect((await bench.down("ds", fixed)).failure).toBeUndefined();
    expect(await row("ds")).toMatchObject({ status: "reverted" });
    expect(await bench.value("SELECT to_regclass('ds')")).toBeNull();
  });

  it("goes from the start whatever the up script did, as up does afterwards", async () => {
    const scripts = {
      "1_a.up.sql": "CREATE TABLE ud (id int);\nCREATE INDEX CONCURRENTLY ud_i ON ud (id);",
      "1_a.down.sql": "DROP INDEX CONCURRENTLY ud_i;\nDROP TABLE ud;",
    };
    for (let round = 0; round < 2; round++) {
      expect((await bench.up("ud", scripts)).failure).toBeUndefined();
      expect(await row("ud")).toMatchObject({ status: "applied", steps: { total: 2 } });
      expect((await bench.down("ud", scripts)).failure).toBeUndefined();
      expect(await bench.value("SELECT to_regclass('ud')")).toBeNull();
    }
  });

  it("a down script that fails as a whole leaves the migration applied", async () => {
    const scripts = { "1_a.up.sql": "CREATE TABLE dw (id int)", "1_a.down.sql": "DROP TABLE dw; SELECT 1/0" };
    await bench.up("dw", scripts);
    expect((await bench.down("dw", scripts)).state).toBe("failed");
    expect(await row("dw")).toMatchObject({ status: "applied", direction: "up" });
    expect(
      await bench.value(
        "SELECT count(*)::int FROM dbmigrator.migrations_log WHERE service = 'dw' AND status = 'failed'",
      ),
    ).toBe(1);
  });
});
