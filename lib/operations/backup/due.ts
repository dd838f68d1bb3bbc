import { systemActor } from "../../access/actor";
import { recordAudit } from "../../audit/record";
import type { BackupScope } from "../../core/backup/types";
import type { Db, Tx } from "../../db/client";
import { type BackupSchedule, Prisma } from "../../db/generated/client";
import { DomainError, type KeptFailure, keepFailure } from "../../errors";
import { enqueue } from "../../queue/queue";
import { scopeOfTarget } from "../project/find";
import { queueUse } from "../restore/queue-use";
import { nextTime } from "../schedule/cron";
import { storageFor } from "../storage/default";
import { insertBackup } from "./insert";
import { scopeKey } from "./scope-key";

/**
 * Asks for everything whose time has come. What several times fell into a pause of the worker comes once. Each
 * schedule is taken by one worker, and its next time is set in the same transaction; one that fails holds up no other.
 */
export async function askForDue(db: Db, now: Date, onUnexpected: (error: unknown) => void): Promise<void> {
  const due = await db.backupSchedule.findMany({
    where: { enabled: true, nextAt: { lte: now } },
    select: { id: true },
  });
  for (const { id } of due) await askFor(db, id, now).catch(onUnexpected);
}

async function askFor(db: Db, id: string, now: Date): Promise<void> {
  // Made ready before the transaction: the first storage of an instance is made in one of its own.
  const known = await db.backupSchedule.findUnique({ where: { id } });
  if (!known) return;
  const storage = await storageFor(db, known.projectId, known.storageId).catch(asData);
  await db.$transaction(async (tx) => {
    const rows = await tx.$queryRaw<{ id: string }[]>`
      SELECT id FROM backup_schedule WHERE id = ${id}::uuid AND enabled AND next_at <= ${now} FOR UPDATE SKIP LOCKED`;
    if (rows.length === 0) return;
    const schedule = await tx.backupSchedule.findUniqueOrThrow({ where: { id } });
    const failure =
      "failed" in storage
        ? storage.failed
        : schedule.kind === "test"
          ? await askForTest(tx, schedule)
          : await askForBackup(tx, schedule, storage);
    await tx.backupSchedule.update({
      where: { id },
      data: {
        lastAt: now,
        nextAt: nextTime(schedule.cron, schedule.timeZone, now),
        lastError: failure === null ? Prisma.DbNull : { ...failure },
      },
    });
  });
}

function asData(error: unknown): { failed: KeptFailure } {
  if (!(error instanceof DomainError)) throw error;
  return { failed: keepFailure(error) };
}

async function askForBackup(
  tx: Tx,
  schedule: BackupSchedule,
  storage: Awaited<ReturnType<typeof storageFor>>,
): Promise<KeptFailure | null> {
  const row = await insertBackup(tx, {
    ...{ targetId: schedule.targetId, storage, origin: "schedule", scheduleId: schedule.id },
    scope: schedule.scope as unknown as BackupScope,
    createdBy: { id: null, label: systemActor.label },
    testAfter: schedule.testAfter,
  });
  await enqueue(tx, "backup.create", { backupId: row.id });
  await note(tx, schedule, { backupId: row.id, archive: row.filePath });
  return null;
}

/** The newest backup of the schedule's scope, mostly the whole; only where there is none, the newest of another one. */
async function askForTest(tx: Tx, schedule: BackupSchedule): Promise<KeptFailure | null> {
  const found = await tx.backup.findMany({
    where: { targetId: schedule.targetId, state: "succeeded" },
    orderBy: { createdAt: "desc" },
    select: { id: true, scope: true },
  });
  const wanted = scopeKey(schedule.scope as unknown as BackupScope);
  const chosen = found.find(({ scope }) => scopeKey(scope as unknown as BackupScope) === wanted) ?? found[0];
  const newest = chosen && (await tx.backup.findUniqueOrThrow({ where: { id: chosen.id } }));
  if (!newest)
    return { code: "schedule.nothing_to_test", message: "There is no backup to test yet.", details: {} };
  const use = await queueUse(tx, {
    backup: newest,
    mode: "test",
    by: { id: null, label: systemActor.label },
  });
  await note(tx, schedule, { useId: use.id, archive: newest.filePath });
  return null;
}

async function note(tx: Tx, schedule: BackupSchedule, details: Record<string, unknown>): Promise<void> {
  const scope = await scopeOfTarget(tx, schedule.targetId);
  const operation = schedule.kind === "test" ? "backup.test" : "backup.create";
  await recordAudit(tx, {
    ...{ actor: systemActor, operation, scope, outcome: "ok" },
    details: { schedule: schedule.cron, timeZone: schedule.timeZone, ...details },
  });
}
