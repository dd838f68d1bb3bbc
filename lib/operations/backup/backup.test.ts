import { existsSync } from "node:fs";
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import pg from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { db } from "../../db/client";
import { backupDone, backupFolder, useDone } from "../../testing/backup-records";
import { startTestWorker } from "../../testing/deployments";
import { type TestDatabase, testDatabase, testServer } from "../../testing/postgres";
import { auditRows, type TestProject, testProject, testTarget } from "../../testing/project";
import { execute } from "../define";
import { personName } from "../deployment/person-name";
import { listRunning } from "../deployment/running";
import { getFrame } from "../frame/get";
import { getOverview } from "../overview/get";
import { createRestore } from "../restore/create";
import { approveRestore, cancelUse } from "../restore/decide";
import { dropKeptDatabase } from "../restore/drop-kept";
import { getRestore } from "../restore/get";
import { getKeptSizes, listKeptDatabases } from "../restore/list-kept";
import { swapBack } from "../restore/swap-back";
import { listSchedules } from "../schedule/list";
import { createSchedule, updateSchedule } from "../schedule/save";
import { testBackup, verifyBackup } from "./check";
import { createBackup } from "./create";
import { deleteBackup } from "./delete";
import { askForDue } from "./due";
import { estimateBackupOf } from "./estimate";
import { getBackup } from "./get";
import { listBackups } from "./list";
import { maintainBackups } from "./maintain";
import { getBackupSummary } from "./summary-view";
import { updateBackup } from "./update";

let folder: Awaited<ReturnType<typeof backupFolder>>;
let stop: () => Promise<void>;
let project: TestProject;
let target: TestDatabase;
let targetId: string;

beforeAll(async () => {
  folder = await backupFolder();
  stop = await startTestWorker();
}, 120_000);
afterAll(async () => {
  await stop();
  await folder.remove();
});
beforeEach(async () => {
  project = await testProject();
  target = await testDatabase();
  targetId = await testTarget(project, "orders", "development", target.spec);
  await query(
    "CREATE TABLE item (id int PRIMARY KEY, name text); INSERT INTO item SELECT n, 'x' || n FROM generate_series(1, 500) n",
  );
});
afterEach(async () => {
  await dropLike(`${target.name}_%`);
  await target.drop();
});

async function query(sql: string, database = target.name): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ ...(await connection()), database });
  await client.connect();
  try {
    const result = await client.query(sql);
    return Array.isArray(result) ? [] : result.rows;
  } finally {
    await client.end();
  }
}

async function connection() {
  const { spec } = await testServer();
  return { host: spec.host, port: spec.port, user: spec.user, password: spec.password };
}

async function dropLike(pattern: string): Promise<void> {
  const rows = await query(`SELECT datname FROM pg_database WHERE datname LIKE '${pattern}'`, "postgres");
  for (const { datname } of rows) await query(`DROP DATABASE "${datname}" WITH (FORCE)`, "postgres");
}

async function made(
  input: Partial<
    Parameters<typeof execute<typeof createBackup.input, "change", { id: string }>>[2] & object
  > = {},
) {
  const { developer } = project.actors;
  const { id } = await execute(createBackup, developer, { targetId, ...input });
  const backup = await backupDone(developer, id);
  expect(backup.state, JSON.stringify(backup.error)).toBe("succeeded");
  return backup;
}

const names = async () => (await readdir(join(folder.path, project.slug)).catch(() => [])).sort();

describe("a backup", () => {
  it("shows at the top of every page while it is made", async () => {
    const { developer, viewer } = project.actors;
    const place = { project: project.slug };
    const holder = new pg.Client({ ...(await connection()), database: target.name });
    await holder.connect();
    await holder.query("BEGIN; LOCK TABLE item IN ACCESS EXCLUSIVE MODE");
    const { id } = await execute(createBackup, developer, { targetId });
    expect(await execute(listRunning, viewer, place)).toMatchObject({
      operations: [{ kind: "backup", backupId: id, service: "orders", environment: { name: "development" } }],
    });
    expect(await execute(getFrame, viewer, place)).toMatchObject({ running: 1 });
    await holder.query("ROLLBACK");
    await holder.end();
    await backupDone(developer, id);
    expect(await execute(listRunning, viewer, place)).toEqual({ operations: [] });
  });

  it("is made by the worker, listed, verified and restored into a scratch database", async () => {
    const { developer, viewer } = project.actors;
    const foretold = await execute(estimateBackupOf, developer, { targetId });
    expect(foretold).toMatchObject({ fits: true, tables: 1 });
    const backup = await made({ description: "before the sale", labels: ["sale"] });
    expect(backup).toMatchObject({
      tables: 1,
      origin: "manual",
      isAutomatic: false,
      labels: ["sale"],
      verified: { state: "unverified" },
      manifest: { totals: { rows: 500 }, database: target.name },
    });
    expect(await names()).toEqual([backup.snapshotId]);
    const verify = await execute(verifyBackup, developer, { backupId: backup.id });
    const test = await execute(testBackup, developer, { backupId: backup.id });
    expect((await useDone(viewer, backup.id, verify.useId)).result?.verify).toMatchObject({ ok: true });
    const tested = await useDone(viewer, backup.id, test.useId);
    // Nothing was restored into a database of theirs.
    const { activity } = await execute(getOverview, viewer, { project: project.slug });
    expect(activity.map((entry) => entry.operation)).not.toContain("restore.execute");
    expect(tested.result?.checks, JSON.stringify(tested.error)).toMatchObject({ ok: true, rows: 500 });
    const { rows } = await execute(listBackups, viewer, { project: project.slug, label: "sale" });
    expect(rows).toMatchObject([
      { id: backup.id, verified: { state: "intact" }, tested: { state: "restores" } },
    ]);
    const events = (await auditRows("backup.execute")).filter((row) => row.runId === backup.id);
    expect(events.map((row) => row.outcome)).toEqual(["intent", "ok"]);
  }, 120_000);

  it("is damaged when a bit of it is another, and says so", async () => {
    const { developer } = project.actors;
    const backup = await made();
    const data = join(folder.path, project.slug, backup.snapshotId, "data");
    const [file = ""] = await readdir(data);
    const { readFile, writeFile } = await import("node:fs/promises");
    const bytes = await readFile(join(data, file));
    bytes[10] = (bytes[10] ?? 0) ^ 1;
    await writeFile(join(data, file), bytes);
    const { useId } = await execute(verifyBackup, developer, { backupId: backup.id });
    const verified = await useDone(developer, backup.id, useId);
    expect(verified.result?.verify).toMatchObject({ ok: false, findings: [{ problem: "wrong_checksum" }] });
    const row = await db().backup.findUniqueOrThrow({ where: { id: backup.id } });
    expect(row.verifiedState).toBe("damaged");
    const { environments } = await execute(getBackupSummary, developer, { project: project.slug });
    expect(environments.flatMap(({ points }) => points)).toMatchObject([{ verified: "damaged" }]);
  }, 120_000);

  it("is damaged when it is gone from its storage", async () => {
    const { id } = await made();
    const row = await db().backup.findUniqueOrThrow({ where: { id } });
    await rm(join(folder.path, project.slug, row.snapshotId), { recursive: true });
    const { useId } = await execute(verifyBackup, project.actors.developer, { backupId: id });
    const use = await useDone(project.actors.developer, id, useId);
    expect(use).toMatchObject({ state: "succeeded", result: { verify: { ok: false } } });
    const { verifiedState } = await db().backup.findUniqueOrThrow({ where: { id } });
    expect(verifiedState).toBe("damaged");
  }, 120_000);

  it("of what is not there is refused at once, with the name that was probably meant", async () => {
    const { admin, developer } = project.actors;
    const asked = (name: string) => ({
      targetId,
      scope: { kind: "tables" as const, tables: [{ schema: "public", name }] },
    });
    const before = await db().backup.count({ where: { targetId } });
    await expect(execute(createBackup, developer, asked("itme"))).rejects.toMatchObject({
      code: "backup.scope_missing",
      details: { names: "public.itme", nearest: "public.item" },
      hint: "Did you mean public.item?",
    });
    const schedule = { ...asked("Item"), cron: "0 2 * * *" };
    await expect(execute(createSchedule, admin, schedule)).rejects.toMatchObject({
      details: { names: "public.Item", nearest: "public.item" },
    });
    const { id: scheduleId } = await execute(createSchedule, admin, { ...schedule, ...asked("item") });
    const change = (more: object) => execute(updateSchedule, admin, { scheduleId, ...more });
    await expect(change({ scope: { kind: "schemas", schemas: ["elsewhere"] } })).rejects.toMatchObject({
      details: { names: "elsewhere", nearest: "no" },
    });
    expect(await db().backup.count({ where: { targetId } })).toBe(before);
  });

  it("that fails leaves nothing that looks like one, and the reason", async () => {
    const { admin, developer } = project.actors;
    await query("CREATE TABLE brief ()", target.name);
    const scope = { kind: "tables" as const, tables: [{ schema: "public", name: "brief" }] };
    const { id: scheduleId } = await execute(createSchedule, admin, { targetId, scope, cron: "0 2 * * *" });
    await query("ALTER TABLE brief RENAME TO briefs", target.name);
    await db().backupSchedule.update({ where: { id: scheduleId }, data: { nextAt: new Date(0) } });
    await askForDue(db(), new Date(), (error) => {
      throw error;
    });
    const { id } = await db().backup.findFirstOrThrow({ where: { scheduleId } });
    expect(await backupDone(developer, id)).toMatchObject({
      state: "failed",
      error: {
        code: "schedule.scope_missing",
        message: "The schedule backs up public.brief, which the database does not have any more.",
        hint: "Change what the schedule backs up (is it public.briefs now?), or remove the schedule.",
      },
    });
    expect(await names()).toEqual([]);
    const [listed] = await execute(listSchedules, developer, { project: project.slug });
    expect(listed?.lastFailed).toMatchObject({ backupId: id, failure: { code: "schedule.scope_missing" } });
    // What it backs up is gone, and it can be turned off all the same.
    await execute(updateSchedule, admin, { scheduleId, scope, enabled: false });
  }, 120_000);

  it("is removed with its archive; a pinned one only by its name", async () => {
    const { developer } = project.actors;
    const backup = await made();
    await execute(updateBackup, developer, { backupId: backup.id, pinned: true });
    await expect(execute(deleteBackup, developer, { backupId: backup.id })).rejects.toMatchObject({
      code: "input.confirm_name",
    });
    await execute(deleteBackup, developer, { backupId: backup.id, confirm: backup.snapshotId });
    expect(await names()).toEqual([]);
    expect(await db().backup.count({ where: { id: backup.id } })).toBe(0);
    expect((await auditRows("backup.delete")).map((row) => row.outcome).slice(-2)).toEqual(["intent", "ok"]);
  }, 120_000);
});

describe("who may", () => {
  it("back up: developers where it is open, approvers where it is protected, nobody else", async () => {
    const { viewer, developer, approver } = project.actors;
    const guarded = await testTarget(project, "orders", "production", target.spec);
    const denied = { kind: "forbidden" };
    await expect(execute(createBackup, viewer, { targetId })).rejects.toMatchObject(denied);
    await expect(execute(createBackup, developer, { targetId: guarded })).rejects.toMatchObject(denied);
    await expect(execute(createBackup, project.stranger, { targetId })).rejects.toMatchObject({
      kind: "not_found",
    });
    const { id } = await execute(createBackup, approver, { targetId: guarded });
    await backupDone(approver, id);
  }, 120_000);

  it("take data of a protected environment into an open one: only who may export it there", async () => {
    const { developer, approver, admin } = project.actors;
    const guarded = await testTarget(project, "orders", "production", target.spec);
    const { id: backupId } = await execute(createBackup, approver, { targetId: guarded });
    await backupDone(approver, backupId);
    const wanted = { backupId, targetId, mode: "beside", as: `${target.name}_copy` } as const;
    await expect(execute(createRestore, developer, wanted)).rejects.toMatchObject({ kind: "forbidden" });
    const { id } = await execute(createRestore, admin, wanted);
    const done = await useDone(admin, backupId, id);
    expect(done.state, JSON.stringify(done.error)).toBe("succeeded");
  }, 120_000);
});

describe("a restore", () => {
  it("beside makes another database and does not touch the live one", async () => {
    const { developer } = project.actors;
    const backup = await made();
    await query("DELETE FROM item");
    const as = `${target.name}_beside`;
    const { id } = await execute(createRestore, developer, { backupId: backup.id, mode: "beside", as });
    const done = await useDone(developer, backup.id, id);
    expect(done.state, JSON.stringify(done.error)).toBe("succeeded");
    expect(await query("SELECT count(*)::int AS n FROM item", as)).toEqual([{ n: 500 }]);
    expect(await query("SELECT count(*)::int AS n FROM item")).toEqual([{ n: 0 }]);
  }, 120_000);

  it("takes the place of the live database, which is kept and can be put back", async () => {
    const { developer } = project.actors;
    const backup = await made();
    await query("UPDATE item SET name = 'spoilt'");
    const wanted = { backupId: backup.id, mode: "new_database" } as const;
    await expect(execute(createRestore, developer, wanted)).rejects.toMatchObject({
      code: "input.confirm_name",
    });
    const { id } = await execute(createRestore, developer, { ...wanted, confirm: target.name });
    const done = await useDone(developer, backup.id, id);
    expect(done.state, JSON.stringify(done.error)).toBe("succeeded");
    expect(await query("SELECT name FROM item WHERE id = 1")).toEqual([{ name: "x1" }]);
    expect(done.keptDatabase).toMatch(/_before_/);
    expect(done.keptUntil).not.toBeNull();
    // Only by its restore the one from before can be put back.
    expect((await execute(getBackup, developer, { backupId: backup.id })).keptFor).toContain("in_use");
    const gone = { backupId: backup.id, confirm: backup.snapshotId };
    await expect(execute(deleteBackup, developer, gone)).rejects.toMatchObject({
      ...{ code: "backup.keeps_database", details: { database: done.keptDatabase } },
    });
    const told = async (operation: string) =>
      (await execute(getOverview, project.actors.viewer, { project: project.slug })).activity.find(
        (entry) => entry.operation === operation,
      );
    const place = { service: "orders", environment: { name: "development" }, outcome: "ok" };
    expect(await told("restore.execute")).toMatchObject(place);
    const past = new Date(Date.now() - 60_000);
    await db().restore.update({ where: { id }, data: { keptUntil: past } });
    await db().target.update({ where: { id: targetId }, data: { syncedAt: past } });
    await execute(swapBack, developer, { useId: id, confirm: target.name });
    expect(await query("SELECT name FROM item WHERE id = 1")).toEqual([{ name: "spoilt" }]);
    expect(await told("restore.swap_back")).toMatchObject(place);
    // What is pending is another list again, and what was restored has its whole time.
    const readAt = async () =>
      (await db().target.findUniqueOrThrow({ where: { id: targetId } })).syncedAt?.getTime();
    await expect.poll(readAt, { timeout: 60_000 }).toBeGreaterThan(past.getTime());
    const back = await execute(getRestore, developer, { useId: id });
    expect(back).toMatchObject({ keptKind: "restored", keptDatabase: expect.stringContaining("_restored_") });
    expect(Date.parse(back.keptUntil ?? "")).toBeGreaterThan(Date.now());
    await execute(swapBack, developer, { useId: id, confirm: target.name });
    expect(await query("SELECT name FROM item WHERE id = 1")).toEqual([{ name: "x1" }]);
    const again = await execute(getRestore, developer, { useId: id });
    expect(again).toMatchObject({ keptKind: "before", keptDatabase: expect.stringContaining("_before_") });
    const [kept] = await execute(listKeptDatabases, project.actors.viewer, { project: project.slug });
    expect(kept).toMatchObject({
      useId: id,
      database: target.name,
      kept: again.keptDatabase,
      kind: "before",
    });
    expect(kept).toMatchObject({ mayRestore: false, environment: { name: "development" } });
    const sizes = () => execute(getKeptSizes, developer, { project: project.slug });
    expect(await sizes()).toEqual({ [id]: expect.any(Number) });
    // Somebody removes it on the server.
    await query(`DROP DATABASE ${again.keptDatabase}`);
    expect(await sizes()).toEqual({ [id]: 0 });
    const put = () => execute(swapBack, developer, { useId: id, confirm: target.name });
    await expect(put()).rejects.toMatchObject({ kind: "conflict", code: "restore.database_gone" });
    expect(await query("SELECT name FROM item WHERE id = 1")).toEqual([{ name: "x1" }]);
    expect((await execute(getRestore, developer, { useId: id })).keptDroppedAt).not.toBeNull();
    await expect(put()).rejects.toMatchObject({ code: "restore.nothing_kept" });
  }, 180_000);

  it("that took the place of a database which somebody dropped since: the one from before takes its name alone", async () => {
    const { developer } = project.actors;
    const backup = await made();
    await query("UPDATE item SET name = 'spoilt'");
    const wanted = { backupId: backup.id, mode: "new_database", confirm: target.name } as const;
    const { id } = await execute(createRestore, developer, wanted);
    const { keptDatabase } = await useDone(developer, backup.id, id);
    await query(`DROP DATABASE ${target.name} WITH (FORCE)`, "postgres");
    // It is all that is left: neither a press nor its time being over removes it.
    const drop = () => execute(dropKeptDatabase, developer, { useId: id, confirm: keptDatabase ?? "" });
    await expect(drop()).rejects.toMatchObject({ code: "restore.kept_alone" });
    await db().restore.update({ where: { id }, data: { keptUntil: new Date(0) } });
    await maintainBackups(db(), (error) => {
      throw error;
    });
    expect((await execute(getRestore, developer, { useId: id })).keptDroppedAt).toBeNull();
    expect(await execute(swapBack, developer, { useId: id, confirm: target.name })).toEqual({
      keptDatabase: null,
    });
    expect(await query("SELECT name FROM item WHERE id = 1")).toEqual([{ name: "spoilt" }]);
    const told = await execute(getRestore, developer, { useId: id });
    expect(told).toMatchObject({ keptDatabase: null, keptUntil: null });
    expect(told.result).not.toHaveProperty("ledger");
    expect(told.result?.notes?.at(-1)).toMatchObject({
      ...{ code: "put_back_alone", params: { database: target.name, kept: keptDatabase } },
    });
  }, 180_000);

  it("whose key is not known here is refused before anybody approves it", async () => {
    const { developer } = project.actors;
    const backup = await made();
    const row = await db().backup.findUniqueOrThrow({ where: { id: backup.id } });
    const manifest = { ...(row.manifest as object), keyId: "0123456789abcdef" };
    await db().backup.update({ where: { id: backup.id }, data: { manifest } });
    const wanted = { backupId: backup.id, mode: "new_database", confirm: target.name } as const;
    await expect(execute(createRestore, developer, wanted)).rejects.toMatchObject({ code: "backup.no_key" });
    expect(await db().restore.count({ where: { backupId: backup.id } })).toBe(0);
  }, 120_000);

  it("of tables that the backup has not is refused at once, with the names that were probably meant", async () => {
    const { developer } = project.actors;
    const backup = await made();
    const restore = (name: string) =>
      execute(createRestore, developer, {
        ...{ backupId: backup.id, mode: "in_place", confirm: target.name },
        tables: [{ schema: "public", name }],
      });
    await expect(restore("itme")).rejects.toMatchObject({
      ...{ kind: "not_found", code: "restore.table_not_in_backup" },
      details: { tables: "public.itme", nearest: "public.item" },
    });
    expect(await db().restore.count({ where: { backupId: backup.id } })).toBe(0);
    expect(await restore("item")).toMatchObject({ state: "queued" });
  }, 120_000);

  it("over a protected database waits for somebody else's approval", async () => {
    const { admin, approver, viewer } = project.actors;
    const guarded = await testTarget(project, "orders", "production", target.spec);
    const { id: backupId } = await execute(createBackup, approver, { targetId: guarded });
    await backupDone(approver, backupId);
    const input = { backupId, mode: "new_database", confirm: target.name } as const;
    const { id, state } = await execute(createRestore, admin, input);
    expect(state).toBe("awaiting_approval");
    await expect(execute(approveRestore, admin, { useId: id })).rejects.toMatchObject({
      code: "restore.own",
    });
    const ends = [
      { actor: admin, code: "restore.withdrawn" },
      { actor: approver, code: "restore.refused" },
    ];
    for (const { actor, code } of ends) {
      const again = await execute(createRestore, admin, input);
      expect(await execute(cancelUse, actor, { useId: again.id })).toEqual({ state: "cancelled" });
      const { error } = await db().restore.findUniqueOrThrow({ where: { id: again.id } });
      expect(error).toMatchObject({ code, details: { by: await personName(db(), actor) } });
      expect(JSON.stringify(error)).not.toContain("@");
    }
    // Somebody approved and lost the role since.
    const past = { id: viewer.userId, label: viewer.label, at: new Date().toISOString() };
    await db().restore.update({ where: { id }, data: { approvals: [past], approvalsNeeded: 2 } });
    expect(await execute(approveRestore, approver, { useId: id })).toEqual({
      state: "awaiting_approval",
      given: 1,
    });
    await db().restore.update({ where: { id }, data: { approvalsNeeded: 1 } });
    expect(await execute(approveRestore, approver, { useId: id })).toMatchObject({ state: "queued" });
    const done = await useDone(admin, backupId, id);
    expect(done.state, JSON.stringify(done.error)).toBe("succeeded");
  }, 120_000);

  it("in place takes a backup first", async () => {
    const { developer } = project.actors;
    const backup = await made();
    await query("UPDATE item SET name = 'spoilt'");
    const { id } = await execute(createRestore, developer, {
      backupId: backup.id,
      mode: "in_place",
      tables: [{ schema: "public", name: "item" }],
      confirm: target.name,
    });
    const done = await useDone(developer, backup.id, id);
    expect(done.state, JSON.stringify(done.error)).toBe("succeeded");
    expect(await query("SELECT name FROM item WHERE id = 1")).toEqual([{ name: "x1" }]);
    const { rows } = await execute(listBackups, developer, { project: project.slug, origin: "restore" });
    expect(rows).toMatchObject([{ state: "succeeded", id: done.result?.freshBackup }]);
    const told = async () =>
      (await execute(getBackup, developer, { backupId: backup.id })).uses[0]?.result?.freshBackup;
    expect(await told()).toBe(rows[0]?.id);
    await execute(deleteBackup, developer, { backupId: rows[0]?.id ?? "" });
    expect(await told()).toBeUndefined();
  }, 120_000);

  it.skipIf(!existsSync("/proc/self"))(
    "in place never begins where the backup before it fails",
    async () => {
      const { developer } = project.actors;
      const backup = await made();
      await query("UPDATE item SET name = 'newer'");
      await db().backupStorage.create({
        data: {
          // No room at all, and no folder can be made.
          ...{ projectId: project.projectId, name: "full", kind: "folder", isDefault: true },
          settings: { path: "/proc/no/such" },
        },
      });
      const wanted = { backupId: backup.id, mode: "in_place", confirm: target.name } as const;
      const { id } = await execute(createRestore, developer, wanted);
      const done = await useDone(developer, backup.id, id);
      expect(done).toMatchObject({
        state: "failed",
        error: {
          code: "restore.fresh_backup_failed",
          message: expect.stringMatching(
            /^The backup before the restore failed, so nothing was changed: There is not enough space at \/proc\/no\/such\/.+\.$/,
          ),
          hint: expect.stringContaining("choose another storage"),
          details: { because: "backup.no_space" },
        },
      });
      expect(await query("SELECT DISTINCT name FROM item")).toEqual([{ name: "newer" }]);
    },
    120_000,
  );
});
