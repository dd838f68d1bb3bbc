import { randomUUID } from "node:crypto";
import pg from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { db } from "../db/client";
import { env, setEnv } from "../env";
import { testBackup } from "../operations/backup/check";
import { insertBackup } from "../operations/backup/insert";
import { maintainBackups } from "../operations/backup/maintain";
import { performBackup } from "../operations/backup/perform";
import { sweepBackups } from "../operations/backup/sweep";
import { execute } from "../operations/define";
import { createRestore } from "../operations/restore/create";
import { performUse } from "../operations/restore/perform";
import { swapBack } from "../operations/restore/swap-back";
import { defaultStorage } from "../operations/storage/default";
import { closeQueue } from "../queue/queue";
import { backupFolder } from "../testing/backup-records";
import { contentOf, runSql } from "../testing/backups";
import { metadataDatabase, type TestDatabase, testDatabase, testServer } from "../testing/postgres";
import { auditRows, type TestProject, testProject, testTarget } from "../testing/project";
import { type WorkerProgram, workerProgram } from "../testing/worker-program";

const OPTIONS = { periodic: false, heartbeatMs: 300, staleAfterMs: 2500, sweepMs: 600_000, flushMs: 50 };
const WORK = {
  ...{ workerId: "this one", flushMs: 50, heartbeatMs: 300 },
  onUnexpected: (error: unknown) => {
    throw error;
  },
};
const SWEEP = { workerId: "another", staleAfterMs: 0, lostAfterMs: 600_000 };

// Processes that die, and real restores: slow where the machine is small.
vi.setConfig({ testTimeout: 180_000 });

let store: TestDatabase;
let folder: Awaited<ReturnType<typeof backupFolder>>;
let program: WorkerProgram;
let putter: WorkerProgram;
let project: TestProject;
let target: TestDatabase;
let targetId: string;
let backupId: string;

beforeAll(async () => {
  folder = await backupFolder();
  store = await metadataDatabase();
  setEnv({ DBMIGRATOR_SHADOW_URL: (await testServer()).url });
  program = await workerProgram();
  putter = await workerProgram("swap-back-process.ts");
  project = await testProject();
  target = await testDatabase();
  await runSql(
    target.spec,
    `CREATE TABLE item (id int PRIMARY KEY, name text);
     INSERT INTO item SELECT i, 'name ' || i FROM generate_series(1, 50000) i`,
  );
  targetId = await testTarget(project, "orders", "development", target.spec);
  const storage = await defaultStorage(db(), project.projectId);
  const row = await insertBackup(db(), {
    ...{ targetId, storage, origin: "manual", scope: { kind: "database" } },
    createdBy: { id: null, label: "test" },
  });
  expect(await performBackup(db(), row.id, WORK)).toMatchObject({ kind: "succeeded" });
  backupId = row.id;
}, 180_000);
afterAll(async () => {
  await closeQueue();
  await db().$disconnect();
  await program.remove();
  await putter.remove();
  const names = await runSql<{ datname: string }>(
    admin(),
    "SELECT datname FROM pg_database WHERE datname <> $1 AND starts_with(datname, $1)",
    [target.name],
  );
  for (const { datname } of names) await runSql(admin(), `DROP DATABASE "${datname}" WITH (FORCE)`);
  await target.drop();
  await store.drop();
  await folder.remove();
}, 60_000);
beforeEach(() => change());
afterEach(() => program.kill());

const startChild = () => program.start(OPTIONS, { DBMIGRATOR_BACKUP_STORAGE: folder.path });
const admin = () => ({ ...target.spec, database: "postgres" });

/** What the backup does not hold, so that a restore can be seen. */
function change(): Promise<unknown> {
  return runSql(target.spec, "DELETE FROM item WHERE id > 3; UPDATE item SET name = 'later'");
}

const names = () => runSql<{ name: string | null }>(target.spec, "SELECT name FROM item ORDER BY id LIMIT 4");
const isRestored = async () => (await names()).length === 4;

async function ask(mode: "new_database" | "beside" | "in_place", more: Record<string, unknown> = {}) {
  const confirm = mode === "beside" ? {} : { confirm: target.name };
  return (await execute(createRestore, project.actors.admin, { backupId, mode, ...confirm, ...more })).id;
}

const rowOf = (id: string) => db().restore.findUniqueOrThrow({ where: { id } });

/** What restores leave on the server while they are at work. */
async function scratchOf(id: string): Promise<unknown[]> {
  const { trace } = await rowOf(id);
  const { name } = trace as { name: string };
  return runSql(admin(), "SELECT FROM pg_database WHERE datname = $1", [name]);
}

/** The worker's row is held, so that it cannot write what came of it. @returns lets go */
async function holdRow(id: string): Promise<() => Promise<void>> {
  const client = new pg.Client({ connectionString: env().DATABASE_URL });
  await client.connect();
  await client.query("BEGIN");
  await client.query("SELECT FROM restore WHERE id = $1 FOR UPDATE", [id]);
  return () => client.end();
}

/** A sweep takes over what gave no sign of life; one that is told "later" is asked again. */
async function swept(id: string): Promise<Awaited<ReturnType<typeof rowOf>>> {
  await expect
    .poll(
      async () => {
        await sweepBackups(db(), SWEEP);
        return (await rowOf(id)).state;
      },
      { timeout: 60_000, interval: 300 },
    )
    .not.toBe("running");
  return rowOf(id);
}

const traced = (id: string, fits: (trace: Record<string, unknown>) => boolean) =>
  expect
    .poll(async () => fits(((await rowOf(id)).trace ?? {}) as Record<string, unknown>), {
      interval: 5,
      timeout: 60_000,
    })
    .toBe(true);

describe("a restore by a swap whose worker is killed", () => {
  it("while it fills the new database: it failed, the live one is as before, nothing is left, and it can be repeated", async () => {
    const before = await contentOf(target.spec);
    const child = await startChild();
    const id = await ask("new_database");
    await traced(id, (trace) => trace.oid !== undefined && trace.oid !== null);
    child.kill("SIGKILL");
    expect(await scratchOf(id)).toHaveLength(1);
    expect(await swept(id)).toMatchObject({ state: "failed", error: { code: "restore.worker_gone" } });
    expect(await scratchOf(id)).toEqual([]);
    expect(await contentOf(target.spec)).toEqual(before);
    const again = await ask("new_database");
    expect(await performUse(db(), again, WORK)).toMatchObject({ kind: "succeeded" });
    expect(await isRestored()).toBe(true);
  });

  it("after the swap: it is done, and the database from before is known and kept", async () => {
    const child = await startChild();
    const id = await ask("new_database");
    await traced(id, (trace) => Boolean(trace.oid));
    const letGo = await holdRow(id);
    await expect.poll(() => isRestored().catch(() => false), { timeout: 60_000 }).toBe(true);
    child.kill("SIGKILL");
    await letGo();
    const row = await swept(id);
    expect(row).toMatchObject({ state: "succeeded", keptDatabase: expect.stringContaining("_before_") });
    expect(row.keptUntil?.getTime()).toBeGreaterThan(Date.now());
  });
});

describe("putting back what a restore replaced", () => {
  /** Holds whoever writes down what is kept now. @returns ends them and lets go */
  async function holdWriting(): Promise<() => Promise<unknown>> {
    await db().$executeRaw`CREATE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql AS
      'BEGIN PERFORM pg_sleep(600); RETURN NEW; END'`;
    await db()
      .$executeRaw`CREATE TRIGGER hold BEFORE UPDATE OF kept_database ON restore FOR EACH ROW EXECUTE FUNCTION hold()`;
    return async () => {
      await db().$queryRaw`SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event = 'PgSleep'`;
      await db().$executeRaw`DROP FUNCTION hold() CASCADE`;
    };
  }

  it("by a process that is killed before it wrote that down: the next sweep does, and it can be taken back", async () => {
    const id = await ask("new_database");
    expect(await performUse(db(), id, WORK)).toMatchObject({ kind: "succeeded" });
    const { keptDatabase: before } = await rowOf(id);
    const letGo = await holdWriting();
    const actor = project.actors.admin;
    const input = { useId: id, confirm: target.name };
    const child = await putter.start({ actor, input });
    await expect.poll(() => isRestored().catch(() => true), { timeout: 60_000 }).toBe(false);
    child.kill("SIGKILL");
    await letGo();
    expect((await rowOf(id)).keptDatabase).toBe(before);

    // Its time being over must not make anybody forget the one that is kept in truth.
    await db().restore.update({ where: { id }, data: { keptUntil: new Date(0) } });
    await maintainBackups(db(), WORK.onUnexpected);
    expect((await rowOf(id)).keptDroppedAt).toBeNull();

    await sweepBackups(db(), SWEEP);
    const settled = await rowOf(id);
    expect(settled).toMatchObject({ keptDatabase: expect.stringContaining("_restored_"), trace: {} });
    expect(settled.keptUntil?.getTime()).toBeGreaterThan(Date.now());
    const told = (await auditRows("restore.swap_back")).map(({ outcome, details }) => [outcome, details]);
    expect(told.at(-1)).toEqual(["ok", expect.objectContaining({ result: "process_gone_succeeded" })]);
    await execute(swapBack, actor, input);
    expect(await isRestored()).toBe(true);
  });

  it("by a process that was killed before it happened: it is forgotten after a while, and until then nobody repeats it", async () => {
    const id = await ask("new_database");
    expect(await performUse(db(), id, WORK)).toMatchObject({ kind: "succeeded" });
    const { database: live, keptDatabase: fresh } = await rowOf(id);
    const put = {
      kind: "put_back",
      live,
      fresh,
      keepAs: `${live}_restored_20260101_000000`,
      runId: randomUUID(),
    };
    const since = (at: Date) =>
      db().restore.update({ where: { id }, data: { trace: { ...put, at: at.toISOString() } } });
    await since(new Date());
    await sweepBackups(db(), SWEEP);
    const { admin } = project.actors;
    const again = { useId: id, confirm: target.name };
    await expect(execute(swapBack, admin, again)).rejects.toMatchObject({ code: "restore.putting_back" });
    await since(new Date(Date.now() - 10 * 60_000));
    await sweepBackups(db(), SWEEP);
    expect(await rowOf(id)).toMatchObject({ trace: {}, keptDatabase: fresh });
    await execute(swapBack, admin, again);
    expect(await isRestored()).toBe(false);
  });
});

describe("a restore of chosen tables in place whose worker is killed", () => {
  const tables = [{ schema: "public", name: "item" }];

  it("in the middle: it failed, the tables are as before and free, and it can be repeated", async () => {
    const before = await contentOf(target.spec);
    const reader = new pg.Client({ connectionString: target.url });
    await reader.connect();
    await reader.query("BEGIN; SELECT FROM item");
    const child = await startChild();
    const id = await ask("in_place", { tables });
    const waits =
      "SELECT FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'dbmigrator-restore' AND wait_event_type = 'Lock'";
    await expect.poll(() => runSql(target.spec, waits), { timeout: 60_000 }).toHaveLength(1);
    child.kill("SIGKILL");
    // The session of the dead one still waits for its lock, and would hold it once it got it.
    expect(await swept(id)).toMatchObject({ state: "failed", error: { code: "restore.worker_gone" } });
    expect(await runSql(target.spec, waits)).toEqual([]);
    await reader.end();
    expect(await contentOf(target.spec)).toEqual(before);
    const again = await ask("in_place", { tables });
    expect(await performUse(db(), again, WORK)).toMatchObject({ kind: "succeeded" });
    expect(await isRestored()).toBe(true);
  });
});

describe("a test restore whose worker is killed", () => {
  it("leaves no scratch database and starts over", async () => {
    const child = await startChild();
    const { useId: id } = await execute(testBackup, project.actors.admin, { backupId });
    await traced(id, (trace) => Boolean(trace.name));
    await expect.poll(() => scratchOf(id), { interval: 5, timeout: 30_000 }).toHaveLength(1);
    child.kill("SIGKILL");
    const left = await rowOf(id);
    expect(await swept(id)).toMatchObject({ state: "queued" });
    const { name } = left.trace as { name: string };
    expect(await runSql(admin(), "SELECT FROM pg_database WHERE datname = $1", [name])).toEqual([]);
    expect(await performUse(db(), id, WORK)).toMatchObject({ kind: "succeeded" });
  });
});
