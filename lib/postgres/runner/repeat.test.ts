import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventWaiter, type MigrationBench, migrationBench } from "../../testing/migrations";
import { buildRunnerProgram, type RunnerProgram } from "../../testing/runner-process";
import { dryRun } from "../dry-run/dry-run";
import { readLedger } from "../ledger/ledger";

let program: RunnerProgram;
beforeAll(async () => {
  program = await buildRunnerProgram();
});
afterAll(() => program.remove());

describe.each([14, 18] as const)("a statement in batches on PostgreSQL %i", (major) => {
  let bench: MigrationBench;
  beforeAll(async () => {
    bench = await migrationBench(major);
  });
  afterAll(() => bench.close());

  const row = async (service: string) => (await readLedger(bench.client, service))[0];
  /** 35 rows that are counted up by each change. */
  const fill = (table: string) =>
    bench.client.query(
      `CREATE TABLE ${table} (id int PRIMARY KEY, n int NOT NULL DEFAULT 0); INSERT INTO ${table} SELECT generate_series(1, 35)`,
    );
  const change = (table: string) =>
    `UPDATE ${table} SET n = n + 1 WHERE id IN (SELECT id FROM ${table} WHERE n = 0 ORDER BY id LIMIT 10);`;
  const changedOnce = (table: string) => bench.value(`SELECT count(*)::int FROM ${table} WHERE n = 1`);

  it("runs until it changes nothing, each batch in a transaction of its own", async () => {
    await fill("plain");
    const waiter = eventWaiter();
    const script = `ALTER TABLE plain ADD COLUMN more int;\n-- dbmigrator: batch pause=1ms\n${change("plain")}\nCREATE TABLE plain_after (id int);`;
    const outcome = await bench.up("plain", { "1_a.sql": script }, { onEvent: waiter.onEvent });
    expect(outcome.failure).toBeUndefined();
    expect(await changedOnce("plain")).toBe(35);
    expect(await bench.value("SELECT count(DISTINCT xmin::text)::int FROM plain")).toBe(4);
    expect(await bench.value("SELECT to_regclass('plain_after')::text")).toBe("plain_after");
    expect(await row("plain")).toMatchObject({
      status: "applied",
      steps: { total: 3, batches: [{ statement: 2, batches: 4, rows: 35 }] },
    });
    const told = waiter.events.filter((event) => event.type === "statement.batch");
    expect(told.map(({ batches, rows, batchRows }) => [batches, rows, batchRows])).toEqual([
      [1, 10, 10],
      [2, 20, 10],
      [3, 30, 10],
      [4, 35, 5],
    ]);
    const done = waiter.events.filter((event) => event.type === "statement.done" && event.statement === 2);
    expect(done).toMatchObject([{ rows: 35 }]);
  });

  it("goes on where it was cancelled, and cancelling does not wait for the pause", async () => {
    await fill("stopped");
    const abort = new AbortController();
    const waiter = eventWaiter();
    const scripts = { "1_a.sql": `-- dbmigrator: batch pause=1h\n${change("stopped")}` };
    const running = bench.up("stopped", scripts, { onEvent: waiter.onEvent, signal: abort.signal });
    await waiter.seen("statement.batch");
    const open = await bench.value(
      "SELECT count(*)::int FROM pg_stat_activity WHERE application_name = 'dbmigrator runner' AND state <> 'idle'",
    );
    expect(open).toBe(0);
    abort.abort();
    expect(await running).toMatchObject({ state: "cancelled", migrations: [{ outcome: "cancelled" }] });
    expect(await row("stopped")).toMatchObject({ status: "failed", steps: { batches: [{ batches: 1 }] } });
    const rest = await bench.up("stopped", { "1_a.sql": `-- dbmigrator: batch\n${change("stopped")}` });
    expect(rest.state).toBe("succeeded");
    expect(await changedOnce("stopped")).toBe(35);
    expect((await row("stopped"))?.steps?.batches).toEqual([{ statement: 1, batches: 4, rows: 35 }]);
  });

  it("goes on after its process was killed, and changes no row twice", async () => {
    await fill("killed");
    const slow = change("killed").replace("n + 1", "n + 1 + (pg_sleep(0.02) IS NULL)::int");
    const scripts = {
      "1_a.sql": `CREATE TABLE killed_before (id int);\n-- dbmigrator: batch pause=20ms\n${slow}\nCREATE TABLE killed_after (id int);`,
    };
    for (const wanted of [10, 20, 30]) {
      const runner = await program.start(bench.database.spec, bench.sources("killed", scripts));
      while (Number(await changedOnce("killed")) < wanted)
        await new Promise((resolve) => setTimeout(resolve, 10));
      await runner.kill();
      expect(await bench.value("SELECT to_regclass('killed_after')")).toBeNull();
      const { steps, status } = (await row("killed")) ?? {};
      expect(status).toBe("running");
      // What the ledger counts is what the table holds: both were committed together.
      expect(steps?.batches?.[0]?.rows).toBe(await changedOnce("killed"));
    }
    const last = await bench.up("killed", scripts);
    expect(last.failure).toBeUndefined();
    expect(await changedOnce("killed")).toBe(35);
    expect(await row("killed")).toMatchObject({
      status: "applied",
      steps: { batches: [{ statement: 2, batches: 4, rows: 35 }] },
    });
  });

  it("loses only the batch under way when its session is ended", async () => {
    await fill("ended");
    const slow = change("ended").replace(
      "n + 1",
      "n + CASE WHEN id = 15 THEN 1 + (pg_sleep(30) IS NULL)::int ELSE 1 END",
    );
    const scripts = { "1_a.sql": `-- dbmigrator: batch\n${slow}` };
    const waiter = eventWaiter();
    const running = bench.up("ended", scripts, { onEvent: waiter.onEvent });
    await waiter.seen("statement.batch");
    await bench.client.query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'dbmigrator runner' AND datname = current_database()",
    );
    expect(await running).toMatchObject({ state: "failed" });
    expect(await row("ended")).toMatchObject({ status: "failed", steps: { batches: [{ rows: 10 }] } });
    expect(await changedOnce("ended")).toBe(10);
  });

  it("keeps what was committed when a batch fails, and the corrected data lets it go on", async () => {
    await fill("bad");
    await bench.client.query("ALTER TABLE bad ADD CHECK (id <> 25 OR n = 0)");
    const scripts = { "1_a.sql": `-- dbmigrator: batch\n${change("bad")}` };
    const outcome = await bench.up("bad", scripts);
    expect(outcome).toMatchObject({ state: "failed", failure: { sqlState: "23514", statement: 1, line: 2 } });
    expect(await changedOnce("bad")).toBe(20);
    await bench.client.query("ALTER TABLE bad DROP CONSTRAINT bad_check");
    expect((await bench.up("bad", scripts)).state).toBe("succeeded");
    expect(await changedOnce("bad")).toBe(35);
  });

  it("tries a batch again that got no lock, and undoes none of those before", async () => {
    await fill("locked");
    const other = new pg.Client({ connectionString: bench.database.url });
    await other.connect();
    await other.query("BEGIN; SELECT FROM locked WHERE id = 15 FOR UPDATE");
    const waiter = eventWaiter();
    const running = bench.up(
      "locked",
      { "1_a.sql": `-- dbmigrator: batch\n${change("locked")}` },
      { onEvent: waiter.onEvent, settings: { lockTimeoutMs: 100, attempts: 50 } },
    );
    await waiter.seen("migration.retry");
    expect(await changedOnce("locked")).toBe(10);
    await other.end();
    expect((await running).state).toBe("succeeded");
    expect((await row("locked"))?.steps?.batches).toEqual([{ statement: 1, batches: 4, rows: 35 }]);
    const undone = waiter.events.find((event) => event.type === "migration.undone");
    expect(undone).toMatchObject({ reason: "lock_timeout", unit: { from: 1, to: 1 } });
  });

  it("stops after max batches when it never finds an end", async () => {
    await fill("endless");
    const script =
      "-- dbmigrator: batch max=3\nUPDATE endless SET n = n + 1 WHERE id IN (SELECT id FROM endless LIMIT 10);";
    const outcome = await bench.up("endless", { "1_a.sql": script });
    expect(outcome).toMatchObject({
      state: "failed",
      failure: { statement: 1, line: 2, message: expect.stringContaining("repeated 3 times") },
    });
    expect(await row("endless")).toMatchObject({ steps: { batches: [{ batches: 3, rows: 30 }] } });
  });

  it("works for the way back too", async () => {
    await fill("back");
    const scripts = {
      "1_a.up.sql": "SELECT 1;",
      "1_a.down.sql": `-- dbmigrator: batch\n${change("back")}`,
    };
    await bench.up("back", scripts);
    expect((await bench.down("back", scripts)).state).toBe("succeeded");
    expect(await changedOnce("back")).toBe(35);
    expect(await row("back")).toMatchObject({ status: "reverted" });
  });

  it("keeps a run from being one transaction, and says on which line", async () => {
    const scripts = {
      "1_a.sql": "-- dbmigrator: batch\nDELETE FROM t WHERE id IN (SELECT id FROM t LIMIT 1);",
    };
    await expect(bench.up("one", scripts, { mode: "single_transaction" })).rejects.toMatchObject({
      code: "plan.single_transaction_impossible",
      details: { obstacles: [{ reason: "outside_transaction", line: 1 }] },
    });
  });
});

it("is tried on a scratch copy batch by batch, with the rows that the migration itself put there", async () => {
  const bench = await migrationBench(18);
  const script = `CREATE TABLE tried AS SELECT generate_series(1, 25) AS id, 0 AS n;
-- dbmigrator: batch
UPDATE tried SET n = 1 WHERE id IN (SELECT id FROM tried WHERE n = 0 LIMIT 10);`;
  const migrations = bench.sources("tried", { "1_a.sql": script });
  const result = await dryRun({
    target: bench.database.spec,
    shadow: "target_server",
    steps: migrations.map((migration) => ({ migration, direction: "up" })),
  });
  await bench.close();
  expect(result.failure).toBeUndefined();
  expect(result.statements.map(({ statement, rows, tried }) => [statement, rows, tried])).toEqual([
    [1, 25, true],
    [2, 25, true],
  ]);
});
