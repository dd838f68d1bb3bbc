import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventWaiter, type MigrationBench, migrationBench } from "../../testing/migrations";
import { buildRunnerProgram, type RunnerProgram } from "../../testing/runner-process";
import { startTcpProxy } from "../../testing/tcp-proxy";
import { readLedger } from "../ledger/ledger";
import { runMigrations } from "./runner";

let bench: MigrationBench;
beforeAll(async () => {
  bench = await migrationBench();
});
afterAll(() => bench.close());

const through = (port: number) => ({ ...bench.database.spec, host: "127.0.0.1", port });
const rowsOf = async (service: string) =>
  (await readLedger(bench.client, service)).map((row) => [row.filename, row.status]);
/** Ends the session of the runner, as an administrator or a failover does. */
const terminate = () =>
  bench.client.query(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'dbmigrator runner' AND datname = current_database()",
  );

describe("a connection that is lost", () => {
  it("after COMMIT reached the server: the migration is applied, and said to be", async () => {
    let done = false;
    const proxy = await startTcpProxy(bench.database.spec, {
      onClient(data, connection) {
        if (done || connection !== 0 || !data.includes("COMMIT;") || !data.includes("lost_a"))
          return "forward";
        done = true;
        return "cut_after_reply";
      },
    });
    const outcome = await bench.up(
      "lost_a",
      { "1_a.sql": "CREATE TABLE lost_a (id int)" },
      { spec: through(proxy.port) },
    );
    await proxy.stop();
    expect(done).toBe(true);
    expect(outcome).toMatchObject({ state: "succeeded", migrations: [{ outcome: "applied" }] });
    expect(await bench.value("SELECT to_regclass('lost_a')::text")).toBe("lost_a");
    expect(await rowsOf("lost_a")).toEqual([["1_a", "applied"]]);
  });

  it("before COMMIT reached the server: nothing is in effect, and the next run applies it once", async () => {
    let done = false;
    const proxy = await startTcpProxy(bench.database.spec, {
      onClient(data, connection) {
        if (done || connection !== 0 || !data.includes("COMMIT;") || !data.includes("INSERT INTO dbmigrator"))
          return "forward";
        done = true;
        return "cut";
      },
    });
    const scripts = { "1_a.sql": "CREATE TABLE lost_b (id int)", "2_b.sql": "SELECT 1" };
    const outcome = await bench.up("lost_b", scripts, {
      spec: through(proxy.port),
      settings: { detail: "statements" },
    });
    await proxy.stop();
    expect(outcome).toMatchObject({
      state: "failed",
      migrations: [{ outcome: "failed" }, { outcome: "not_reached" }],
    });
    expect(await bench.value("SELECT to_regclass('lost_b')")).toBeNull();
    expect(await rowsOf("lost_b")).toEqual([["1_a", "failed"]]);
    expect((await bench.up("lost_b", scripts)).state).toBe("succeeded");
    expect(await rowsOf("lost_b")).toEqual([
      ["1_a", "applied"],
      ["2_b", "applied"],
    ]);
  });

  it("while several migrations are under way: what was committed is told apart from what was not", async () => {
    const waiter = eventWaiter();
    const scripts = Object.fromEntries(
      [1, 2, 3, 4].map((n) => [
        `${n}_x.sql`,
        `CREATE TABLE many_${n} (id int);${n === 3 ? "DO $$ BEGIN PERFORM pg_sleep(30); END $$;" : ""}`,
      ]),
    );
    // The third is not one that shares a message, so two go together and then it sleeps.
    const running = bench.up("many", scripts, {
      onEvent: waiter.onEvent,
      settings: { detail: "migrations" },
    });
    await waiter.seen("migration.start", 3);
    await new Promise((resolve) => setTimeout(resolve, 100));
    await terminate();
    const outcome = await running;
    expect(outcome.migrations.map((one) => one.outcome)).toEqual([
      "applied",
      "applied",
      "failed",
      "not_reached",
    ]);
    expect(await bench.value("SELECT to_regclass('many_3')")).toBeNull();
    expect(await rowsOf("many")).toEqual([
      ["1_x", "applied"],
      ["2_x", "applied"],
      ["3_x", "failed"],
    ]);
  });

  it("in the middle of a batch: the ledger says which of it were committed", async () => {
    let done = false;
    const proxy = await startTcpProxy(bench.database.spec, {
      onClient(data, connection) {
        if (done || connection !== 0 || !data.includes("batch_2")) return "forward";
        done = true;
        return "cut_after_reply";
      },
    });
    const scripts = {
      "1_x.sql": "CREATE TABLE batch_1 (id int)",
      "2_x.sql": "CREATE TABLE batch_2 (id int)",
    };
    const outcome = await bench.up("batch", scripts, { spec: through(proxy.port) });
    await proxy.stop();
    expect(outcome).toMatchObject({
      state: "succeeded",
      migrations: [{ outcome: "applied" }, { outcome: "applied" }],
    });
    expect(await rowsOf("batch")).toEqual([
      ["1_x", "applied"],
      ["2_x", "applied"],
    ]);
  });

  it("to a target that stays away: in doubt, and nothing is guessed", async () => {
    let proxy: Awaited<ReturnType<typeof startTcpProxy>> | undefined;
    proxy = await startTcpProxy(bench.database.spec, {
      onClient(data, connection) {
        if (connection !== 0 || !data.includes("stays_away (id")) return "forward";
        void proxy?.stop();
        return "cut_after_reply";
      },
    });
    const outcome = await bench.up(
      "away",
      { "1_a.sql": "CREATE TABLE stays_away (id int)" },
      { spec: through(proxy.port), settings: { settleMs: 600 } },
    );
    expect(outcome).toMatchObject({ state: "in_doubt", migrations: [{ outcome: "in_doubt" }] });
    expect(outcome.failure?.hint).toContain("ledger");
  });
});

describe("two runners", () => {
  /** A first run that is at work until it is let go. */
  async function runUntilReleased(service: string) {
    const gate = new pg.Client({ connectionString: bench.database.url });
    await gate.connect();
    await gate.query("SELECT pg_advisory_lock(42)");
    const scripts = { "1_a.sql": `CREATE TABLE ${service}_a (id int); SELECT pg_advisory_xact_lock(42);` };
    const waiter = eventWaiter();
    const first = bench.up(service, scripts, {
      onEvent: waiter.onEvent,
      settings: { lockTimeoutMs: 25_000 },
    });
    await waiter.seen("statement.start", 2);
    return { scripts, first, release: () => gate.end() };
  }

  it("do not work at once: the second waits and then finds nothing to do", async () => {
    const { scripts, first, release } = await runUntilReleased("two");
    const events = eventWaiter();
    const second = bench.up("two", scripts, { onEvent: events.onEvent });
    await events.seen("lock.wait");
    await release();
    expect((await first).state).toBe("succeeded");
    expect(await second).toMatchObject({ state: "succeeded", migrations: [{ outcome: "skipped" }] });
    expect((await second).lockWaitMs).toBeGreaterThan(0);
    expect(events.events[0]).toMatchObject({
      type: "lock.wait",
      holder: { application: "dbmigrator runner" },
    });
    expect(
      await bench.value("SELECT count(*)::int FROM dbmigrator.migrations_log WHERE service = 'two'"),
    ).toBe(1);
  });

  it("the second gives up after its time, naming the first", async () => {
    const { first, release } = await runUntilReleased("gives_up");
    const second = bench.up("gives_up_2", { "1_a.sql": "SELECT 1" }, { settings: { lockWaitMs: 200 } });
    await expect(second).rejects.toMatchObject({
      ...{ code: "run.lock_timeout", exitCode: 4 },
      details: { holder: { pid: expect.any(Number) } },
    });
    await release();
    expect((await first).state).toBe("succeeded");
  });
});

describe("a table that somebody else has locked", () => {
  it("is waited for briefly, left alone, and tried again", async () => {
    await bench.client.query("CREATE TABLE busy (id int)");
    const other = new pg.Client({ connectionString: bench.database.url, application_name: "the other" });
    await other.connect();
    await other.query("BEGIN; SELECT * FROM busy");
    const waiter = eventWaiter();
    const running = bench.up(
      "busy",
      { "1_a.sql": "CREATE TABLE busy_b (id int); ALTER TABLE busy ADD COLUMN n int" },
      {
        onEvent: waiter.onEvent,
        settings: { lockTimeoutMs: 2000 },
      },
    );
    await waiter.seen("migration.retry");
    await other.query("COMMIT");
    await other.end();
    expect((await running).state).toBe("succeeded");
    const blocked = waiter.events.find((event) => event.type === "statement.blocked");
    expect(blocked).toMatchObject({
      statement: 2,
      blockers: [{ application: "the other", relation: "busy", mode: "AccessExclusiveLock" }],
    });
    expect(waiter.events.find((event) => event.type === "migration.undone")).toMatchObject({
      reason: "lock_timeout",
    });
    expect(waiter.events.find((event) => event.type === "migration.retry")).toMatchObject({
      attempt: 2,
      of: 10,
      blockers: [{ application: "the other" }],
    });
  });

  it("fails the migration when it stays locked, and leaves nothing behind", async () => {
    await bench.client.query("CREATE TABLE held (id int)");
    const other = new pg.Client({ connectionString: bench.database.url });
    await other.connect();
    await other.query("BEGIN; LOCK TABLE held");
    const outcome = await bench.up(
      "held",
      { "1_a.sql": "CREATE TABLE held_b (id int); DROP TABLE held" },
      { settings: { lockTimeoutMs: 50, attempts: 2 } },
    );
    await other.end();
    expect(outcome).toMatchObject({ state: "failed", failure: { sqlState: "55P03", statement: 2 } });
    expect(await bench.value("SELECT to_regclass('held_b')")).toBeNull();
  });
});

describe("cancel", () => {
  it("ends the statement, undoes the migration and does not begin the next", async () => {
    const abort = new AbortController();
    const waiter = eventWaiter();
    const running = bench.up(
      "cancel",
      {
        "1_a.sql": "SELECT 1",
        "2_b.sql": "CREATE TABLE cancelled (id int); SELECT pg_sleep(30)",
        "3_c.sql": "SELECT 1",
      },
      {
        onEvent: waiter.onEvent,
        signal: abort.signal,
      },
    );
    await waiter.seen("statement.start", 3);
    const start = performance.now();
    abort.abort();
    const outcome = await running;
    expect(performance.now() - start).toBeLessThan(20_000);
    expect(outcome).toMatchObject({
      state: "cancelled",
      migrations: [{ outcome: "applied" }, { outcome: "cancelled" }, { outcome: "not_reached" }],
    });
    expect(await bench.value("SELECT to_regclass('cancelled')")).toBeNull();
    expect(await rowsOf("cancel")).toEqual([["1_a", "applied"]]);
  });
});

describe("a killed process", () => {
  let program: RunnerProgram;
  beforeAll(async () => {
    program = await buildRunnerProgram();
  });
  afterAll(() => program.remove());

  it("at any moment: the next run goes on, and nothing is applied twice or recorded wrongly", async () => {
    await bench.client.query("CREATE TABLE did (n int)");
    const scripts: Record<string, string> = {};
    for (let n = 10; n < 34; n++) {
      const insert = `INSERT INTO did VALUES (${n});`;
      const kinds = [
        `${insert} SELECT pg_sleep(0.01);`,
        `BEGIN; ${insert} COMMIT; SELECT 1; BEGIN; SELECT pg_sleep(0.01); COMMIT;`,
        `CREATE TABLE k_${n} AS SELECT generate_series(1, 3000) id; ${insert}\nCREATE INDEX CONCURRENTLY ki_${n} ON k_${n} (id);\n${`INSERT INTO k_${n} VALUES (-1);`}`,
      ];
      scripts[`${n}_x.sql`] = kinds[n % 3] ?? "";
    }
    const sources = bench.sources("killed", scripts);
    for (const delay of [60, 120, 40, 200, 90, 30, 150]) {
      const runner = await program.start(bench.database.spec, sources);
      await new Promise((resolve) => setTimeout(resolve, delay));
      await runner.kill();
    }
    const last = await bench.up("killed", scripts);
    expect(last.failure).toBeUndefined();
    expect(last.state).toBe("succeeded");
    const twice = await bench.client.query("SELECT n, count(*) FROM did GROUP BY n HAVING count(*) <> 1");
    expect(twice.rows).toEqual([]);
    expect(await bench.value("SELECT count(*)::int FROM did")).toBe(24);
    expect(await bench.value("SELECT count(*)::int FROM pg_index WHERE NOT indisvalid")).toBe(0);
    expect((await rowsOf("killed")).filter(([, status]) => status === "applied")).toHaveLength(24);
    for (let n = 10; n < 34; n++) {
      if (n % 3 === 2) expect(await bench.value(`SELECT count(*)::int FROM k_${n} WHERE id = -1`)).toBe(1);
    }
  });

  it("at any moment of a run in one transaction: all of it is there and recorded, or nothing", async () => {
    await bench.client.query("CREATE TABLE did_all (service text, n int)");
    const sessionsEnded = async () => {
      while (
        await bench.value(
          "SELECT count(*)::int FROM pg_stat_activity WHERE application_name = 'dbmigrator runner' AND datname = current_database()",
        )
      )
        await new Promise((resolve) => setTimeout(resolve, 10));
    };
    const seen = new Set<number>();
    for (const round of [1, 2]) {
      const service = `killed_all_${round}`;
      const scripts = Object.fromEntries(
        Array.from({ length: 12 }, (_, index) => {
          const n = index + 10;
          const insert = `INSERT INTO did_all VALUES ('${service}', ${n});`;
          const table = `CREATE TABLE all_${round}_${n} AS SELECT generate_series(1, 500) id; CREATE INDEX ON all_${round}_${n} (id);`;
          return [`${n}_x.sql`, n % 2 === 0 ? `${insert} SELECT pg_sleep(0.01);` : `${table} ${insert}`];
        }),
      );
      const sources = bench.sources(service, scripts);
      // Ever later, until the transaction was over before the process was.
      for (let delay = 20 + 10 * round; !seen.has(round); delay *= 1.5) {
        const runner = await program.start(bench.database.spec, sources, "single_transaction");
        await new Promise((resolve) => setTimeout(resolve, delay));
        await runner.kill();
        await sessionsEnded();
        const rows = await rowsOf(service);
        expect(rows.every(([, status]) => status === "applied")).toBe(true);
        const done = `SELECT count(*)::int FROM did_all WHERE service = '${service}'`;
        expect([0, 12]).toContain(rows.length);
        expect(await bench.value(done)).toBe(rows.length);
        if (rows.length > 0) seen.add(round);
        else seen.add(0);
      }
      expect(await bench.up(service, scripts, { mode: "single_transaction" })).toMatchObject({
        state: "succeeded",
      });
      expect(await rowsOf(service)).toHaveLength(12);
    }
    expect(seen).toContain(0);
  });
});

it("says that there is nothing to do without connecting", async () => {
  const spec = { ...bench.database.spec, port: 1 };
  expect(await runMigrations({ spec, steps: [], appliedBy: "test" })).toMatchObject({
    state: "succeeded",
    migrations: [],
  });
});
