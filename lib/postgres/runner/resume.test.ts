import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventWaiter, type MigrationBench, migrationBench } from "../../testing/migrations";
import { startTcpProxy } from "../../testing/tcp-proxy";
import { readLedger } from "../ledger/ledger";

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

/** A transaction with a snapshot: CREATE and DROP INDEX CONCURRENTLY wait for its end. */
async function hold(table: string): Promise<() => Promise<void>> {
  const client = new pg.Client({ connectionString: bench.database.url });
  await client.connect();
  await client.query(`BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT FROM ${table}`);
  return () => client.end();
}

/** Loses the session while a statement outside of a transaction waits for somebody else's transaction. */
async function loseWhileWaiting(service: string, script: string, table: string) {
  const letGo = await hold(table);
  const waiter = eventWaiter();
  const running = bench.up(service, { "1_a.sql": script }, { onEvent: waiter.onEvent });
  await waiter.seen("statement.blocked");
  await terminate();
  await letGo();
  return running;
}

describe("after a lost session, names mean what they meant to the script", () => {
  it("an index is not taken for gone because the new session looks elsewhere", async () => {
    await bench.client.query(
      "CREATE SCHEMA res; CREATE TABLE res.t (id int); CREATE INDEX t_i ON res.t (id)",
    );
    const script = "SET search_path = res;\nDROP INDEX CONCURRENTLY t_i;\nCREATE TABLE after_it (id int);";
    await loseWhileWaiting("res", script, "res.t");
    expect((await bench.up("res", { "1_a.sql": script })).failure).toBeUndefined();
    expect(await row("res")).toMatchObject({ status: "applied" });
    expect(await bench.value("SELECT to_regclass('res.t_i')")).toBeNull();
    expect(await bench.value("SELECT to_regclass('res.after_it')::text")).toBe("res.after_it");
  });

  it("the rest of a script that failed is made under its search path and by its role", async () => {
    await bench.client.query("CREATE ROLE res_owner; CREATE SCHEMA res2 AUTHORIZATION res_owner");
    const script = (last: string) =>
      `-- dbmigrator: transaction=none\nSET ROLE res_owner;\nSELECT set_config('search_path', 'res2', false);\nCREATE TABLE one (id int);\nBEGIN; SET search_path = public; ROLLBACK;\n${last};\nCREATE TABLE two (id int);`;
    expect((await bench.up("res2", { "1_a.sql": script("SELECT 1/0") })).state).toBe("failed");
    expect((await bench.up("res2", { "1_a.sql": script("SELECT 1") })).failure).toBeUndefined();
    const tables = "SELECT string_agg(tableowner || '.' || tablename, ' ' ORDER BY tablename)";
    expect(await bench.value(`${tables} FROM pg_tables WHERE schemaname = 'res2'`)).toBe(
      "res_owner.one res_owner.two",
    );
    await bench.client.query("DROP SCHEMA res2 CASCADE; DROP ROLE res_owner");
  });

  it("what was temporary is gone, and a rest that needs it is refused", async () => {
    await bench.client.query("CREATE TABLE tmp_rows (id int)");
    const script = (middle: string) =>
      `-- dbmigrator: transaction=none\nCREATE TEMP TABLE tmp_rows AS SELECT 7 AS id;\n${middle};\nINSERT INTO tmp_rows VALUES (1);`;
    expect((await bench.up("tmp", { "1_a.sql": script("SELECT 1/0") })).state).toBe("failed");
    expect((await bench.up("tmp", { "1_a.sql": script("SELECT 1") })).failure).toMatchObject({
      statement: 3,
      line: 4,
      message: expect.stringContaining("tmp_rows, which statement 1 made, was temporary"),
    });
    expect(await bench.value("SELECT count(*)::int FROM tmp_rows")).toBe(0);
  });
});

describe("a row that is not there any more", () => {
  it("keeps a transaction from being committed without its record", async () => {
    const script =
      "-- dbmigrator: transaction=none\nCREATE TABLE gone_a (id int);\nBEGIN; CREATE TABLE gone_b (id int); SELECT pg_advisory_xact_lock(77); COMMIT;\nCREATE TABLE gone_c (id int);";
    await bench.client.query("SELECT pg_advisory_lock(77)");
    const waiter = eventWaiter();
    const running = bench.up(
      "gone",
      { "1_a.sql": script },
      { onEvent: waiter.onEvent, settings: { lockTimeoutMs: 60_000 } },
    );
    await waiter.seen("statement.blocked");
    await bench.client.query(
      "BEGIN; SET LOCAL session_replication_role = replica; DELETE FROM dbmigrator.migrations_log WHERE service = 'gone'; COMMIT; SELECT pg_advisory_unlock(77)",
    );
    const outcome = await running;
    expect(outcome).toMatchObject({ state: "failed", failure: { message: expect.stringContaining("row") } });
    expect(await bench.value("SELECT to_regclass('gone_b')")).toBeNull();
    expect(await row("gone")).toMatchObject({ status: "failed", steps: { done: [expect.any(String)] } });
  });

  it("does not take the doubt with it: a new row says what is not known", async () => {
    await bench.client.query(
      "CREATE PROCEDURE naps() LANGUAGE plpgsql AS $$ BEGIN COMMIT; PERFORM pg_sleep(60); END $$",
    );
    const scripts = { "1_a.sql": "-- dbmigrator: transaction=none\nCALL naps();" };
    const waiter = eventWaiter();
    const running = bench.up("vanish", scripts, { onEvent: waiter.onEvent });
    await waiter.seen("statement.start");
    await bench.client.query(
      "BEGIN; SET LOCAL session_replication_role = replica; DELETE FROM dbmigrator.migrations_log WHERE service = 'vanish'; COMMIT",
    );
    await terminate();
    expect(await running).toMatchObject({ state: "in_doubt" });
    expect(await row("vanish")).toMatchObject({ status: "in_doubt", steps: { current: 1 } });
    expect((await bench.up("vanish", scripts)).migrations).toEqual([]);
  });
});

it("a reply that was lost after the last step: applied, and said to be", async () => {
  let done = false;
  const proxy = await startTcpProxy(bench.database.spec, {
    onClient(data, connection) {
      if (done || connection !== 0 || !data.includes("lost_last (id int)\n;")) return "forward";
      done = true;
      return "cut_after_reply";
    },
  });
  const script = "BEGIN; SELECT 1; COMMIT;\nBEGIN; CREATE TABLE lost_last (id int); COMMIT;";
  const spec = { ...bench.database.spec, host: "127.0.0.1", port: proxy.port };
  const outcome = await bench.up("last", { "1_a.sql": script }, { spec });
  await proxy.stop();
  expect(done).toBe(true);
  expect(outcome).toMatchObject({ state: "succeeded", migrations: [{ outcome: "applied" }] });
  expect(await row("last")).toMatchObject({ status: "applied" });
});

describe("settings", () => {
  it("of the script itself are not set back between its statements", async () => {
    await bench.client.query("CREATE TABLE held_up (id int)");
    const letGo = await hold("held_up");
    const outcome = await bench.up("own_limits", {
      "1_a.sql":
        "SET statement_timeout = '51min';\nSET lock_timeout = '50ms';\nCREATE INDEX CONCURRENTLY held_up_i ON held_up (id);",
    });
    expect(outcome.failure).toMatchObject({ statement: 3, sqlState: "55P03" });
    await letGo();
    const script =
      "SET statement_timeout = '51min';\nCREATE INDEX CONCURRENTLY held_up_j ON held_up (id);\nCREATE TABLE limits_then AS SELECT current_setting('statement_timeout') AS s;";
    expect((await bench.up("own_limits_2", { "1_a.sql": script })).failure).toBeUndefined();
    expect(await bench.value("SELECT s FROM limits_then")).toBe("51min");
  });

  it("of the database for its traffic do not make a migration less durable", async () => {
    await bench.client.query(`ALTER DATABASE ${bench.database.name} SET synchronous_commit = off`);
    const script = "CREATE TABLE commits AS SELECT current_setting('synchronous_commit') AS c";
    expect((await bench.up("commits", { "1_a.sql": script })).failure).toBeUndefined();
    expect(await bench.value("SELECT c FROM commits")).toBe("on");
    await bench.client.query(`ALTER DATABASE ${bench.database.name} RESET synchronous_commit`);
  });

  it("a role that ALTER ROLE gives to the session writes the ledger too", async () => {
    await bench.client.query(`CREATE ROLE led_owner; CREATE ROLE led_login LOGIN NOINHERIT PASSWORD 'x' IN ROLE led_owner;
      ALTER ROLE led_login SET role = 'led_owner'; GRANT ALL ON SCHEMA public TO led_owner;
      GRANT USAGE ON SCHEMA dbmigrator TO led_owner; GRANT ALL ON ALL TABLES IN SCHEMA dbmigrator TO led_owner`);
    const spec = { ...bench.database.spec, user: "led_login", password: "x" };
    const outcome = await bench.up(
      "led",
      { "1_a.sql": "CREATE TABLE role_given (id int); -- role", "2_b.sql": "SELECT 1" },
      { spec },
    );
    expect(outcome.failure).toBeUndefined();
    const owner = "SELECT relowner::regrole::text FROM pg_class WHERE oid = 'role_given'::regclass";
    expect(await bench.value(owner)).toBe("led_owner");
    await bench.client.query("DROP OWNED BY led_owner; DROP ROLE led_login; DROP ROLE led_owner");
  });
});

it("a DO block that cannot commit is one transaction: its error leaves no doubt", async () => {
  const script = (code: string) =>
    `-- dbmigrator: transaction=none\nCREATE TABLE IF NOT EXISTS plain_do (id int);\nDO $$ BEGIN INSERT INTO plain_do VALUES (1); ${code} END $$;`;
  expect((await bench.up("plain_do", { "1_a.sql": script("PERFORM 1/0;") })).state).toBe("failed");
  expect((await bench.up("plain_do", { "1_a.sql": script("PERFORM 1;") })).state).toBe("succeeded");
  expect(await bench.value("SELECT count(*)::int FROM plain_do")).toBe(1);
});
