import { mkdir, readdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { db } from "../../db/client";
import { Prisma } from "../../db/generated/client";
import { closeQueue, enqueue } from "../../queue/queue";
import { backupFolder } from "../../testing/backup-records";
import { metadataDatabase, type TestDatabase, testDatabase } from "../../testing/postgres";
import { auditRows, type TestProject, testProject, testTarget } from "../../testing/project";
import { execute } from "../define";
import { getOverview } from "../overview/get";
import { createRestore } from "../restore/create";
import { dropKeptDatabase } from "../restore/drop-kept";
import { endRestoreDoubt } from "../restore/end-doubt";
import { performUse } from "../restore/perform";
import { createSchedule, updateSchedule } from "../schedule/save";
import { defaultStorage } from "../storage/default";
import { listStorages } from "../storage/list";
import { whileAtWork } from "./at-work";
import { testBackup, verifyBackup } from "./check";
import { getBackupContents } from "./contents";
import { askForDue } from "./due";
import { getBackup } from "./get";
import { insertBackup } from "./insert";
import { maintainBackups } from "./maintain";
import { performBackup } from "./perform";
import { previewRetention } from "./policy";
import { loadStandings } from "./standing";
import { sweepBackups } from "./sweep";

// Every case makes real backups: slow where the machine is small.
vi.setConfig({ testTimeout: 240_000 });

let store: TestDatabase;
let folder: Awaited<ReturnType<typeof backupFolder>>;
let project: TestProject;
let target: TestDatabase;
let targetId: string;

const OPTIONS = { workerId: "this one", staleAfterMs: 1000, lostAfterMs: 60_000 };
const WORK = {
  ...{ workerId: "this one", flushMs: 20, heartbeatMs: 50 },
  onUnexpected: (error: unknown) => {
    throw error;
  },
};

beforeAll(async () => {
  folder = await backupFolder();
  store = await metadataDatabase();
});
afterAll(async () => {
  await closeQueue();
  await db().$disconnect();
  await store.drop();
  await folder.remove();
});
beforeEach(async () => {
  project = await testProject();
  target = await testDatabase();
  targetId = await testTarget(project, "orders", "development", target.spec);
  return () => target.drop();
});

async function insert(more: Partial<Parameters<typeof insertBackup>[1]> = {}) {
  const storage = await defaultStorage(db(), project.projectId);
  const createdBy = { id: null, label: "test" };
  return insertBackup(db(), {
    ...{ targetId, storage, origin: "manual", scope: { kind: "database" }, createdBy },
    ...more,
  });
}

const archives = () => readdir(join(folder.path, project.slug)).catch(() => []);
const old = new Date(Date.now() - 60_000);

/** What a worker leaves that was killed in the middle: a running row without a sign of life, and half an archive. */
async function killed(origin: "manual" | "deployment" = "manual") {
  const row = await insert({ origin });
  await mkdir(join(row.filePath, "data"), { recursive: true });
  await writeFile(join(row.filePath, "data", "public.item.copy.zst"), "half");
  const change = { state: "running", attempt: 1, workerId: "gone", heartbeatAt: old };
  return db().backup.update({ where: { id: row.id }, data: change });
}

it("wishes a lost job again, and one that only waits for its turn never", async () => {
  const waits = await insert();
  const lost = await insert();
  await enqueue(db(), "backup.create", { backupId: waits.id });
  await db().backup.updateMany({ data: { createdAt: old } });
  for (let turn = 0; turn < 3; turn += 1) await sweepBackups(db(), { ...OPTIONS, lostAfterMs: 1000 });
  const jobs = await db().$queryRaw<{ id: string }[]>`
    SELECT data ->> 'backupId' AS id FROM queue.job WHERE name = 'backup.create' AND state < 'active'`;
  expect(jobs.map(({ id }) => id).sort()).toEqual([waits.id, lost.id].sort());
});

describe("a backup whose worker was killed", () => {
  it("is removed and made anew under another name", async () => {
    const row = await killed();
    await sweepBackups(db(), OPTIONS);
    expect(await archives()).toEqual([]);
    expect(await db().backup.findUniqueOrThrow({ where: { id: row.id } })).toMatchObject({ state: "queued" });
    expect(await performBackup(db(), row.id, WORK)).toMatchObject({ kind: "succeeded" });
    const done = await db().backup.findUniqueOrThrow({ where: { id: row.id } });
    expect(done).toMatchObject({ state: "succeeded", attempt: 3 });
    expect(await archives()).toEqual([done.snapshotId]);
    expect(done.snapshotId).not.toBe(row.snapshotId);
    const events = (await auditRows("backup.execute")).filter((event) => event.runId === row.id);
    expect(events.map((event) => event.outcome)).toEqual(["failed", "intent", "ok"]);
  });

  it("is removed and counts as failed when it was part of a run, which takes its own again", async () => {
    const row = await killed("deployment");
    await sweepBackups(db(), OPTIONS);
    expect(await archives()).toEqual([]);
    expect(await db().backup.findUniqueOrThrow({ where: { id: row.id } })).toMatchObject({
      state: "failed",
      error: { code: "backup.worker_gone" },
    });
  });
});

it("removes what a failed backup had written, where its storage was away then", async () => {
  const [failed, other] = [await killed(), await killed()];
  const ended = {
    state: "failed",
    finishedAt: new Date(),
    error: { code: "storage.away", message: "Away." },
  };
  await db().backup.update({ where: { id: failed.id }, data: { ...ended, progress: { phase: "data" } } });
  await db().backup.update({ where: { id: other.id }, data: { ...ended, progress: Prisma.DbNull } });
  expect(await archives()).toHaveLength(2);
  await maintainBackups(db(), WORK.onUnexpected);
  // What had not begun to write, or was cleared, is not asked for any more.
  expect(await archives()).toEqual([other.snapshotId]);
  expect(await db().backup.findUniqueOrThrow({ where: { id: failed.id } })).toMatchObject({
    ...{ state: "failed", error: ended.error, progress: null },
  });
});

it("removes what a backup may have left that failed before it told of any progress", async () => {
  const row = await insert({ scope: { kind: "schemas", schemas: ["missing"] } });
  expect(await performBackup(db(), row.id, WORK)).toMatchObject({
    kind: "failed",
    failure: { code: "backup.scope_missing" },
  });
  // As if its storage had been away when it was to remove what it had begun.
  const { filePath } = await db().backup.findUniqueOrThrow({ where: { id: row.id } });
  await mkdir(filePath, { recursive: true });
  await writeFile(join(filePath, "pre-data.sql"), "half");
  await maintainBackups(db(), WORK.onUnexpected);
  expect(await archives()).toEqual([]);
  expect(await db().backup.findUniqueOrThrow({ where: { id: row.id } })).toMatchObject({
    ...{ state: "failed", progress: null },
  });
});

describe("long work", () => {
  it("stops when another worker took it over, and says so", async () => {
    let beats = 0;
    const ended = await whileAtWork(
      { heartbeatMs: 5, flushMs: 5, beat: async () => (++beats > 3 ? null : { cancel: false }) },
      (signal) => new Promise((_, fail) => signal.addEventListener("abort", () => fail(signal.reason))),
    );
    expect(ended).toEqual({ kind: "lost" });
  });

  it("stops when somebody cancels it, also from outside", async () => {
    const wait = (signal: AbortSignal) =>
      new Promise((_, fail) => signal.addEventListener("abort", () => fail(signal.reason)));
    const beat = async () => ({ cancel: true });
    expect(await whileAtWork({ heartbeatMs: 5, flushMs: 5, beat }, wait)).toEqual({ kind: "cancelled" });
    const outside = AbortSignal.timeout(20);
    const calm = async () => ({ cancel: false });
    expect(await whileAtWork({ heartbeatMs: 5, flushMs: 5, beat: calm, signal: outside }, wait)).toEqual({
      kind: "cancelled",
    });
  });
});

describe("a restore whose worker was killed", () => {
  it("before anything could happen: failed, and the live database is as it was", async () => {
    const row = await insert();
    await performBackup(db(), row.id, WORK);
    const { id } = await execute(createRestore, project.actors.admin, {
      ...{ backupId: row.id, mode: "new_database", confirm: target.name },
    });
    await db().restore.update({
      where: { id },
      data: { state: "running", attempt: 1, heartbeatAt: old, startedAt: new Date(), trace: {} },
    });
    await sweepBackups(db(), OPTIONS);
    expect(await db().restore.findUniqueOrThrow({ where: { id } })).toMatchObject({
      state: "failed",
      error: { code: "restore.worker_gone" },
    });
  });

  it("without a trace, as older programs left it: in doubt until a person says what they found", async () => {
    const row = await insert();
    await performBackup(db(), row.id, WORK);
    const { id } = await execute(createRestore, project.actors.admin, {
      ...{ backupId: row.id, mode: "in_place", confirm: target.name },
    });
    await db().restore.update({
      where: { id },
      data: { state: "running", attempt: 1, heartbeatAt: old, startedAt: new Date() },
    });
    await sweepBackups(db(), OPTIONS);
    expect(await db().restore.findUniqueOrThrow({ where: { id } })).toMatchObject({ state: "in_doubt" });
    const { admin, viewer } = project.actors;
    const word = { useId: id, as: "done", reason: "the rows are back" };
    await expect(execute(endRestoreDoubt, viewer, word)).rejects.toMatchObject({
      code: "access.role_needed",
    });
    await expect(execute(endRestoreDoubt, admin, { ...word, reason: " " })).rejects.toMatchObject({
      kind: "validation",
    });
    expect(await execute(endRestoreDoubt, admin, word)).toEqual({ state: "succeeded" });
    expect(await db().restore.findUniqueOrThrow({ where: { id } })).toMatchObject({
      state: "succeeded",
      error: { code: "restore.settled", details: { by: admin.label, reason: word.reason } },
    });
    await expect(execute(endRestoreDoubt, admin, word)).rejects.toMatchObject({ code: "restore.state" });
    const told = await auditRows("restore.settle");
    expect(told.map(({ outcome }) => outcome)).toEqual(expect.arrayContaining(["ok", "denied"]));
  });
});

describe("a restore that a person calls done", () => {
  it("has its way back: the database that it replaced is found again", async () => {
    // An empty database would not be kept.
    const client = new pg.Client({ connectionString: target.url });
    await client.connect();
    await client.query("CREATE TABLE item (id int)").finally(() => client.end());
    const row = await insert();
    await performBackup(db(), row.id, WORK);
    const { admin } = project.actors;
    const { id } = await execute(createRestore, admin, {
      ...{ backupId: row.id, mode: "new_database", confirm: target.name },
    });
    await performUse(db(), id, WORK);
    const done = await db().restore.findUniqueOrThrow({ where: { id } });
    expect(done).toMatchObject({ state: "succeeded", keptDatabase: expect.stringContaining("_before_") });
    const lost = { state: "in_doubt", keptDatabase: null, keptUntil: null, result: Prisma.DbNull };
    await db().restore.update({ where: { id }, data: lost });
    const { needsYou } = await execute(getOverview, admin, { project: project.slug });
    expect(needsYou).toContainEqual(
      expect.objectContaining({ kind: "restore_in_doubt", restoreId: id, backupId: row.id }),
    );

    await execute(endRestoreDoubt, admin, { useId: id, as: "done", reason: "the rows are back" });
    const settled = await db().restore.findUniqueOrThrow({ where: { id } });
    expect(settled.keptDatabase).toBe(done.keptDatabase);
    expect(settled.keptUntil?.getTime()).toBeGreaterThan(Date.now());
    await execute(dropKeptDatabase, admin, { useId: id, confirm: done.keptDatabase ?? "" });
  });
});

it("asks again for a database that a failed restore could not remove, until it is gone", async () => {
  const row = await insert();
  await performBackup(db(), row.id, WORK);
  const { id } = await execute(createRestore, project.actors.admin, {
    ...{ backupId: row.id, mode: "new_database", confirm: target.name },
  });
  const name = "dbmigrator_restore_1796081248_026dc21fe405";
  const server = new pg.Client({ connectionString: target.url });
  await server.connect();
  try {
    await server.query(`CREATE DATABASE ${name}`);
    const { rows } = await server.query("SELECT oid::text AS oid FROM pg_database WHERE datname = $1", [
      name,
    ]);
    const trace = { kind: "database", name, oid: rows[0].oid, replaces: null };
    await db().restore.update({ where: { id }, data: { state: "failed", finishedAt: new Date(), trace } });
    const there = async () =>
      (await server.query("SELECT FROM pg_database WHERE datname = $1", [name])).rowCount;
    const maintain = () => maintainBackups(db(), WORK.onUnexpected);
    // As a full disk does, whose server can make no checkpoint: PostgreSQL refuses to drop it.
    await server.query(`ALTER DATABASE ${name} IS_TEMPLATE true`);
    await maintain();
    expect(await there()).toBe(1);
    await server.query(`ALTER DATABASE ${name} IS_TEMPLATE false`);
    await maintain();
    expect(await there()).toBe(0);
    expect(await db().restore.findUniqueOrThrow({ where: { id } })).toMatchObject({
      state: "failed",
      trace: {},
    });
  } finally {
    await server.end();
  }
});

it("finds that a restore succeeded whose server was stopped before it said so", async () => {
  const row = await insert();
  await performBackup(db(), row.id, WORK);
  const { id } = await execute(createRestore, project.actors.admin, {
    ...{ backupId: row.id, mode: "new_database", confirm: target.name },
  });
  const kept = await testDatabase();
  const server = new pg.Client({ connectionString: target.url });
  await server.connect();
  const oidOf = async (name: string): Promise<string> =>
    (await server.query("SELECT oid::text AS oid FROM pg_database WHERE datname = $1", [name])).rows[0].oid;
  try {
    const name = "dbmigrator_restore_1796081248_026dc21fe406";
    const trace = { kind: "database", name, oid: await oidOf(target.name), replaces: await oidOf(kept.name) };
    const error = { code: "target.starting", message: "It is starting." };
    await db().restore.update({
      where: { id },
      data: { state: "failed", finishedAt: new Date(), trace, error },
    });
    await maintainBackups(db(), WORK.onUnexpected);
    expect(await db().restore.findUniqueOrThrow({ where: { id } })).toMatchObject({
      ...{ state: "succeeded", error: null, keptDatabase: kept.name, keptUntil: expect.any(Date) },
    });
  } finally {
    await server.end();
    await kept.drop();
  }
});

describe("a folder that is gone", () => {
  it("is told where storages are listed and where its backup is to be restored, as no backup that nobody knows", async () => {
    const row = await insert();
    await performBackup(db(), row.id, WORK);
    const { viewer } = project.actors;
    const own = async () =>
      (await execute(listStorages, viewer, { project: project.slug })).find(({ id }) => id === row.storageId);
    expect(await own()).toMatchObject({ error: null });
    await rename(folder.path, `${folder.path}-away`);
    try {
      expect(await own()).toMatchObject({ freeBytes: null, error: { code: "storage.folder_gone" } });
      await expect(execute(getBackupContents, viewer, { backupId: row.id })).rejects.toMatchObject({
        kind: "precondition",
        code: "backup.archive_gone",
      });
      // That the folder is not mounted is no damage of what is in it.
      for (const check of [verifyBackup, testBackup]) {
        const { useId } = await execute(check, project.actors.developer, { backupId: row.id });
        await performUse(db(), useId, WORK);
        const use = await db().restore.findUniqueOrThrow({ where: { id: useId } });
        expect(use).toMatchObject({ state: "failed", error: { code: "storage.folder_gone" } });
      }
      expect(await db().backup.findUniqueOrThrow({ where: { id: row.id } })).toMatchObject({
        ...{ verifiedState: "unverified", testedState: "untested" },
      });
    } finally {
      await rename(`${folder.path}-away`, folder.path);
    }
  });

  it("is told with the place where an older program kept no values of what trying it came to", async () => {
    const { viewer } = project.actors;
    const { storageId } = await insert();
    const old = { code: "backup.not_writable", message: "/there cannot be written to." };
    await db().backupStorage.update({ where: { id: storageId }, data: { error: old } });
    const listed = await execute(listStorages, viewer, { project: project.slug });
    expect(listed.find(({ id }) => id === storageId)?.error).toEqual({
      ...old,
      details: { location: folder.path, path: folder.path },
    });
    await db().backupStorage.update({ where: { id: storageId }, data: { error: Prisma.DbNull } });
  });
});

describe("maintenance", () => {
  it("asks once for what is due, however often it was missed, and sets the next time", async () => {
    const { id } = await execute(createSchedule, project.actors.admin, { targetId, cron: "0 * * * *" });
    await db().backupSchedule.update({
      where: { id },
      data: { nextAt: new Date(Date.now() - 5 * 3_600_000) },
    });
    await askForDue(db(), new Date(), WORK.onUnexpected);
    await askForDue(db(), new Date(), WORK.onUnexpected);
    expect(await db().backup.count({ where: { scheduleId: id } })).toBe(1);
    const { nextAt } = await db().backupSchedule.findUniqueOrThrow({ where: { id } });
    expect(nextAt?.getTime()).toBeGreaterThan(Date.now());
  });

  it("counts backups of a part by themselves: they take no place of the whole, and do not stand for it", async () => {
    await db().environment.update({
      where: { id: project.environments.development ?? "" },
      data: { backupPolicy: { keepLast: 1, keepDaily: 1, keepWeekly: 0, keepMonthly: 0, overdueHours: 24 } },
    });
    const old = new Date(Date.now() - 48 * 3_600_000);
    const whole = await insert({ origin: "schedule" });
    await performBackup(db(), whole.id, WORK);
    await db().backup.update({ where: { id: whole.id }, data: { createdAt: old } });
    const parts: string[] = [];
    for (let turn = 0; turn < 2; turn += 1) {
      const row = await insert({ origin: "schedule", scope: { kind: "schemas", schemas: ["public"] } });
      await performBackup(db(), row.id, WORK);
      parts.push(row.id);
    }
    const why = async (id: string | undefined) =>
      (await execute(getBackup, project.actors.viewer, { backupId: id ?? "" })).keptFor;
    expect(await why(whole.id)).toEqual(["last", "daily"]);
    expect(await why(parts[0])).toEqual([]);
    const environmentId = project.environments.development ?? "";
    const goes = (keepLast: number) =>
      execute(previewRetention, project.actors.viewer, {
        environmentId,
        limits: { keepLast, keepDaily: 0, keepWeekly: 0, keepMonthly: 0 },
      });
    expect(await goes(1)).toEqual({ backups: 0, bytes: 0 });
    await db().environment.update({ where: { id: environmentId }, data: { backupPolicy: { keepLast: 2 } } });
    const { fileSizeBytes } = await db().backup.findUniqueOrThrow({ where: { id: parts[0] ?? "" } });
    expect(await goes(1)).toEqual({ backups: 1, bytes: Number(fileSizeBytes) });
    await db().environment.update({
      where: { id: environmentId },
      data: { backupPolicy: { keepLast: 1, keepDaily: 1, keepWeekly: 0, keepMonthly: 0, overdueHours: 24 } },
    });
    await maintainBackups(db(), WORK.onUnexpected);
    const left = await db().backup.findMany({ where: { projectId: project.projectId } });
    expect(left.map(({ id }) => id).sort()).toEqual([whole.id, parts[1]].sort());
    const standing = (await loadStandings(db(), project.projectId)).get(targetId);
    expect(standing).toMatchObject({ last: { id: whole.id }, failed: null });
    expect(new Date(standing?.overdueSince ?? 0).getTime()).toBe(old.getTime() + 24 * 3_600_000);
  });

  it("tests the newest whole backup, and one of a part only where there is no other", async () => {
    const { id } = await execute(createSchedule, project.actors.admin, {
      ...{ targetId, cron: "0 * * * *", kind: "test" as const },
    });
    const tested = async () => {
      await db().backupSchedule.update({ where: { id }, data: { nextAt: new Date(Date.now() - 1000) } });
      await askForDue(db(), new Date(), WORK.onUnexpected);
      const use = await db().restore.findFirst({ where: { mode: "test" }, orderBy: { createdAt: "desc" } });
      return use?.backupId;
    };
    const made = async (more: Parameters<typeof insert>[0], minutes: number) => {
      const row = await insert(more);
      const createdAt = new Date(Date.now() - minutes * 60_000);
      await db().backup.update({ where: { id: row.id }, data: { state: "succeeded", createdAt } });
      return row.id;
    };
    const part = await made({ scope: { kind: "schemas", schemas: ["public"] } }, 1);
    expect(await tested()).toBe(part);
    await made({}, 3);
    const whole = await made({}, 2);
    expect(await tested()).toBe(whole);
  });

  it("counts nothing as overdue for the time in which a schedule was off or had other times", async () => {
    const { admin } = project.actors;
    const schedule = { targetId, cron: "0 * * * *" };
    const { id: scheduleId } = await execute(createSchedule, admin, schedule);
    const ago = new Date(Date.now() - 30 * 24 * 3_600_000);
    const age = () =>
      db().backupSchedule.update({ where: { id: scheduleId }, data: { createdAt: ago, since: ago } });
    const overdue = async () =>
      (await loadStandings(db(), project.projectId)).get(targetId)?.overdueSince ?? null;
    const change = (cron: string, enabled: boolean) =>
      execute(updateSchedule, admin, { scheduleId, cron, enabled });
    await age();
    expect(await overdue()).not.toBeNull();
    await change("0 * * * *", false);
    expect(await overdue()).toBeNull();
    await change("0 * * * *", true);
    expect(await overdue()).toBeNull();
    await age();
    await change("0 * * * *", true);
    expect(await overdue()).not.toBeNull();
    await change("30 * * * *", true);
    expect(await overdue()).toBeNull();
  });

  it("removes what the policy no longer keeps, and what expired, with their archives", async () => {
    await db().environment.update({
      where: { id: project.environments.development ?? "" },
      data: { backupPolicy: { keepLast: 1, keepDaily: 0, keepWeekly: 0, keepMonthly: 0 } },
    });
    const made: string[] = [];
    for (const origin of ["schedule", "schedule", "manual"] as const) {
      const row = await insert({ origin });
      await performBackup(db(), row.id, WORK);
      made.push(row.id);
    }
    const gone = await insert({ expiresAt: new Date(Date.now() - 1000) });
    await performBackup(db(), gone.id, WORK);
    await maintainBackups(db(), WORK.onUnexpected);
    const left = await db().backup.findMany({ where: { projectId: project.projectId } });
    expect(left.map(({ id }) => id).sort()).toEqual(made.slice(1).sort());
    expect(await archives()).toHaveLength(2);
    const purged = (await auditRows("backup.purge")).filter((event) => event.projectId === project.projectId);
    expect(purged.map((event) => event.outcome)).toEqual(["intent", "ok", "intent", "ok"]);
  });
});
