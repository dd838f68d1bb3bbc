import pg from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { db } from "../db/client";
import { setEnv } from "../env";
import { execute } from "../operations/define";
import { cancelDeployment } from "../operations/deployment/cancel";
import { createDeployment } from "../operations/deployment/create";
import { getDeployment } from "../operations/deployment/get";
import { runDeployment } from "../operations/deployment/run";
import { settleDeployment } from "../operations/deployment/settle";
import type { DeploymentView } from "../operations/deployment/views";
import { closeQueue } from "../queue/queue";
import { addMigration, deploymentIn } from "../testing/deployments";
import { metadataDatabase, type TestDatabase, testDatabase, testServer } from "../testing/postgres";
import { auditRows, type TestProject, testProject, testTarget } from "../testing/project";
import { type WorkerProgram, workerProgram } from "../testing/worker-program";
import { startWorker, stopWorker } from "./main";

const OPTIONS = { periodic: false, heartbeatMs: 300, staleAfterMs: 2500, sweepMs: 400, flushMs: 50 };

// Two processes, deaths that take seconds to notice, and scratch copies: slow where the machine is small.
vi.setConfig({ testTimeout: 120_000 });

let store: TestDatabase;
let program: WorkerProgram;
let project: TestProject;
let target: TestDatabase;
let targetId: string;

beforeAll(async () => {
  store = await metadataDatabase();
  setEnv({ DBMIGRATOR_SHADOW_URL: (await testServer()).url });
  program = await workerProgram();
});
afterAll(async () => {
  await closeQueue();
  await db().$disconnect();
  await program.remove();
  await store.drop();
});

beforeEach(async () => {
  project = await testProject();
  target = await testDatabase();
  targetId = await testTarget(project, "orders", "development", target.spec);
});
afterEach(async () => {
  program.kill();
  await stopWorker(2000);
  await target.drop();
});

const childWorker = () => program.start(OPTIONS);

/** Asks for everything pending and starts it; a worker has to be there. */
async function start(): Promise<DeploymentView> {
  const { developer } = project.actors;
  const made = await execute(createDeployment, developer, { targetId });
  const view = await deploymentIn(developer, made.id, ["ready", "blocked"]);
  expect(view.state, JSON.stringify(view.problems)).toBe("ready");
  await execute(runDeployment, developer, {
    deploymentId: made.id,
    boundHash: view.bound?.hash,
    confirm: view.destroys,
  });
  return view;
}

/** Waits until the sleeping statement is at work on the target. */
async function sleeping(): Promise<void> {
  await expect
    .poll(
      () =>
        query(
          "SELECT pid FROM pg_stat_activity WHERE query LIKE '%pg_sleep%' AND state = 'active' AND pid <> pg_backend_pid() AND datname = current_database()",
        ),
      { timeout: 30_000 },
    )
    .toHaveLength(1);
}

async function query(sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: target.url });
  await client.connect();
  try {
    return (await client.query(sql)).rows as Record<string, unknown>[];
  } finally {
    await client.end();
  }
}

const look = (view: DeploymentView) =>
  execute(getDeployment, project.actors.developer, { deploymentId: view.id });
const ledger = () =>
  query("SELECT filename, status FROM dbmigrator.migrations_log WHERE is_current ORDER BY id");
const service = () => project.services.orders ?? "";
/** Sleeps on the target only: the scratch copy has no ledger. */
const sleepFor = (seconds: number) =>
  `SELECT pg_sleep(CASE WHEN to_regclass('dbmigrator.migrations_log') IS NULL THEN 0 ELSE ${seconds} END);`;

describe("a worker that is killed", () => {
  it("between two migrations: what is applied stays, what is not is told, nothing is guessed", async () => {
    await addMigration(service(), "20260101000000_one", "CREATE TABLE one (id int);", "DROP TABLE one;");
    await addMigration(
      service(),
      "20260102000000_two",
      `CREATE TABLE two (id int);\n${sleepFor(60)}`,
      "DROP TABLE two;",
    );
    const child = await childWorker();
    const view = await start();
    await sleeping();
    child.kill("SIGKILL");
    await startWorker(OPTIONS);
    const failed = await deploymentIn(
      project.actors.developer,
      view.id,
      ["failed", "succeeded", "in_doubt"],
      60_000,
    );
    expect(failed.state).toBe("failed");
    expect(failed.run?.migrations.map((one) => one.outcome)).toEqual(["applied", "not_reached"]);
    expect(failed.run?.evidence?.lines.map((line) => line.code)).toEqual(
      expect.arrayContaining(["reason_silent", "ledger_applied", "ledger_nothing"]),
    );
    expect(await ledger()).toEqual([{ filename: "20260101000000_one", status: "applied" }]);
    expect(await query("SELECT to_regclass('two') AS two")).toEqual([{ two: null }]);
    expect(
      (await auditRows("run.execute"))
        .filter((row) => row.runId === failed.run?.id)
        .map((row) => row.outcome),
    ).toEqual(["intent", "failed"]);
  });

  it("before anything took effect: another worker starts the run over and finishes it", async () => {
    await addMigration(
      service(),
      "20260101000000_one",
      `${sleepFor(4)}\nCREATE TABLE one (id int);`,
      "DROP TABLE one;",
    );
    const child = await childWorker();
    const view = await start();
    await sleeping();
    child.kill("SIGKILL");
    await startWorker(OPTIONS);
    const done = await deploymentIn(
      project.actors.developer,
      view.id,
      ["failed", "succeeded", "in_doubt"],
      60_000,
    );
    expect(done.state, JSON.stringify(done.run)).toBe("succeeded");
    expect(done.runs).toHaveLength(1);
    expect(await ledger()).toEqual([{ filename: "20260101000000_one", status: "applied" }]);
  });

  it("during a check: another worker repeats the check", async () => {
    await addMigration(service(), "20260101000000_one", "CREATE TABLE one (id int);", "DROP TABLE one;");
    const child = await childWorker();
    const made = await execute(createDeployment, project.actors.developer, { targetId });
    const progress = async () =>
      (await db().deploymentCheck.findFirst({ where: { deploymentId: made.id } }))?.progress ?? "";
    await expect
      .poll(progress, { interval: 5, timeout: 30_000 })
      .toMatch(/ledger|plan|findings|shadow|dry_run/);
    child.kill("SIGKILL");
    await startWorker(OPTIONS);
    expect((await deploymentIn(project.actors.developer, made.id, ["ready"], 60_000)).state).toBe("ready");
  });
});

describe("a worker that is stopped and continued after its run was taken over", () => {
  it("writes nothing any more, and the run happens once", async () => {
    await addMigration(
      service(),
      "20260101000000_one",
      `${sleepFor(4)}\nCREATE TABLE one (id int);`,
      "DROP TABLE one;",
    );
    const child = await childWorker();
    const view = await start();
    await sleeping();
    child.kill("SIGSTOP");
    await startWorker(OPTIONS);
    const done = await deploymentIn(
      project.actors.developer,
      view.id,
      ["failed", "succeeded", "in_doubt"],
      60_000,
    );
    expect(done.state, JSON.stringify(done.run)).toBe("succeeded");
    const before = await db().run.findUniqueOrThrow({ where: { id: done.run?.id ?? "" } });
    const lines = await db().runLog.count({ where: { runId: before.id } });
    child.kill("SIGCONT");
    await new Promise((resolve) => setTimeout(resolve, 2500));
    expect(await db().run.findUniqueOrThrow({ where: { id: before.id } })).toEqual(before);
    expect(await db().runLog.count({ where: { runId: before.id } })).toBe(lines);
    expect(await ledger()).toEqual([{ filename: "20260101000000_one", status: "applied" }]);
    expect(before.fence).toBeGreaterThan(2);
  });
});

describe("a run that lives", () => {
  it("is cancelled in the middle: the migration at work is undone, those before stay", async () => {
    const { developer } = project.actors;
    await startWorker(OPTIONS);
    await addMigration(service(), "20260101000000_one", "CREATE TABLE one (id int);", "DROP TABLE one;");
    await addMigration(
      service(),
      "20260102000000_two",
      `CREATE TABLE two (id int);\n${sleepFor(60)}`,
      "DROP TABLE two;",
    );
    const view = await start();
    await sleeping();
    expect(await execute(cancelDeployment, developer, { deploymentId: view.id })).toEqual({
      state: "running",
      asked: true,
    });
    const cancelled = await deploymentIn(developer, view.id, ["cancelled", "failed", "succeeded"]);
    expect(cancelled.state).toBe("cancelled");
    expect(cancelled.run?.migrations.map((one) => one.outcome)).toEqual(["applied", "cancelled"]);
    expect(
      await query("SELECT to_regclass('one') IS NOT NULL AS one, to_regclass('two') IS NOT NULL AS two"),
    ).toEqual([{ one: true, two: false }]);
    expect(cancelled.next).toMatchObject({ kind: "retry", action: { allowed: true } });
  });

  it("shows who is in the way while it waits for a lock, and goes on when it is free", async () => {
    const { developer } = project.actors;
    await query("CREATE TABLE busy (id int)");
    await startWorker(OPTIONS);
    await addMigration(
      service(),
      "20260101000000_busy",
      "ALTER TABLE busy ADD COLUMN note text;",
      "ALTER TABLE busy DROP COLUMN note;",
    );
    const made = await execute(createDeployment, developer, { targetId });
    const ready = await deploymentIn(developer, made.id, ["ready", "blocked"]);
    const holder = new pg.Client({ connectionString: target.url, application_name: "reporting" });
    await holder.connect();
    await holder.query("BEGIN; SELECT * FROM busy");
    await execute(runDeployment, developer, {
      deploymentId: made.id,
      boundHash: ready.bound?.hash,
      confirm: ready.destroys,
    });
    await expect
      .poll(async () => (await look(ready)).run?.waiting, { timeout: 30_000 })
      .toMatchObject({ kind: "lock", position: 1, blockers: [{ application: "reporting" }] });
    await holder.query("COMMIT");
    await holder.end();
    const done = await deploymentIn(developer, made.id, ["succeeded", "failed"]);
    expect(done.state, JSON.stringify(done.run?.failure)).toBe("succeeded");
    expect(done.run?.waiting).toBeNull();
  });

  it("fails with PostgreSQL's words and leaves the target as it was", async () => {
    const { developer } = project.actors;
    await query("CREATE TABLE filled (id int); INSERT INTO filled VALUES (NULL)");
    await startWorker(OPTIONS);
    await addMigration(
      service(),
      "20260101000000_strict",
      "CREATE TABLE fresh (id int);\nALTER TABLE filled ALTER COLUMN id SET NOT NULL;",
    );
    const view = await start();
    const failed = await deploymentIn(developer, view.id, ["failed", "succeeded"]);
    expect(failed.run?.failure).toMatchObject({
      sqlState: "23502",
      statement: 2,
      line: 2,
      migration: "20260101000000_strict",
    });
    expect(failed.run?.steps.map((step) => step.state)).toEqual(["undone", "failed"]);
    expect(await query("SELECT to_regclass('fresh') AS fresh")).toEqual([{ fresh: null }]);
  });

  it("stays in doubt while its target is away, and is settled when it is back", async () => {
    const { admin } = project.actors;
    await addMigration(
      service(),
      "20260101000000_one",
      `CREATE TABLE one (id int);\n${sleepFor(30)}`,
      "DROP TABLE one;",
    );
    const child = await childWorker();
    const view = await start();
    await sleeping();
    const { port } = await db().target.findUniqueOrThrow({ where: { id: targetId } });
    await db().target.update({ where: { id: targetId }, data: { port: 1 } });
    child.kill("SIGKILL");
    await startWorker(OPTIONS);
    const unclear = await deploymentIn(admin, view.id, ["in_doubt", "failed", "succeeded"], 60_000);
    expect(unclear.state).toBe("in_doubt");
    expect(unclear.run?.evidence).toMatchObject({ code: "target_away" });
    expect(unclear.next).toMatchObject({ kind: "settle" });
    await db().target.update({ where: { id: targetId }, data: { port } });
    expect(await execute(settleDeployment, admin, { deploymentId: view.id })).toEqual({ state: "resumed" });
    expect((await look(view)).state).toBe("failed");
    expect(await query("SELECT to_regclass('one') AS one")).toEqual([{ one: null }]);
  });
});
