import { systemActor } from "../../access/actor";
import { recordAudit } from "../../audit/record";
import type { BackupScope, Manifest } from "../../core/backup/types";
import type { Db, Tx } from "../../db/client";
import { Prisma } from "../../db/generated/client";
import { DomainError } from "../../errors";
import { createBackup } from "../../postgres/backup/create";
import { enqueue } from "../../queue/queue";
import { queueUse } from "../restore/queue-use";
import { backupKeys, openArchiveOf, openStorage } from "../storage/open";
import { targetSpec } from "../target/spec";
import { type AtWork, retryWrite, whileAtWork } from "./at-work";
import { archiveName } from "./insert";
import { backupScope, type LoadedBackup, loadBackup } from "./scope";
import { columnsOf } from "./summary";
import type { StoredFailure } from "./views";

export interface WorkOptions {
  workerId: string;
  flushMs: number;
  heartbeatMs: number;
  /** Told of errors of our own code. */
  onUnexpected(error: unknown): void;
  /** Of the work that this one is a part of. */
  signal?: AbortSignal;
  onProgress?: (progress: unknown) => void;
}

/** The right to write about a backup, until another worker takes it over. */
interface Claim {
  id: string;
  attempt: number;
}

export type BackupEnding =
  | { kind: "succeeded"; manifest: Manifest }
  | { kind: "failed"; failure: StoredFailure }
  | { kind: "cancelled" }
  | { kind: "lost" };

/**
 * Makes a backup that is queued, from claim to outcome. Nothing is thrown for what happens on the target or in the
 * storage: it becomes the outcome.
 * @returns null when somebody else has it
 */
export async function performBackup(
  db: Db,
  backupId: string,
  options: WorkOptions,
): Promise<BackupEnding | null> {
  const claim = await claimBackup(db, backupId, options.workerId);
  if (!claim) return null;
  const backup = await loadBackup(db, backupId);
  const worked = await whileAtWork(
    {
      ...options,
      beat: (progress) => beat(db, claim, progress),
    },
    (signal, report) =>
      make(db, backup, signal, (progress) => {
        report(progress);
        options.onProgress?.(progress);
      }),
  );
  const ending = endingOf(worked, options);
  if (ending.kind === "lost") return ending;
  await retryWrite(() => finishBackup(db, backup, claim, ending));
  return ending;
}

/** Takes a queued backup. The intent is in the audit trail before anything is read. */
async function claimBackup(db: Db, id: string, workerId: string): Promise<Claim | null> {
  const backup = await db.backup.findUnique({ where: { id }, include: { storage: true, project: true } });
  if (!backup) return null;
  const attempt = backup.attempt + 1;
  const name = archiveName(id, backup.serviceName, backup.environmentName, backup.createdAt, attempt);
  const filePath = openStorage(backup.storage, backup.project.slug).open(name).location;
  const scope = await backupScope({ db, input: { backupId: id } });
  return db.$transaction(async (tx) => {
    const { count } = await tx.backup.updateMany({
      where: { id, state: "queued", attempt: backup.attempt },
      data: {
        ...{ state: "running", attempt, workerId, snapshotId: name, filePath },
        ...{ heartbeatAt: new Date(), startedAt: new Date(), progress: Prisma.DbNull, error: Prisma.DbNull },
      },
    });
    if (count === 0) return null;
    const details = { attempt, archive: filePath, origin: backup.origin };
    await recordAudit(tx, {
      actor: systemActor,
      operation: "backup.execute",
      scope,
      outcome: "intent",
      details,
      runId: id,
    });
    return { id, attempt };
  });
}

async function beat(db: Db, claim: Claim, progress: unknown): Promise<{ cancel: boolean } | null> {
  const text = progress === null ? null : JSON.stringify(progress);
  const rows = await db.$queryRaw<{ cancel: boolean }[]>`
    UPDATE backup SET heartbeat_at = clock_timestamp(), progress = coalesce(${text}::jsonb, progress)
    WHERE id = ${claim.id}::uuid AND attempt = ${claim.attempt} AND state = 'running'
    RETURNING cancel_asked_at IS NOT NULL AS cancel`;
  return rows[0] ?? null;
}

async function make(
  db: Db,
  backup: LoadedBackup,
  signal: AbortSignal,
  report: (progress: unknown) => void,
): Promise<Manifest> {
  if (!backup.targetId)
    throw new DomainError("conflict", "backup.target_gone", "The target is not there any more.");
  const spec = {
    ...(await targetSpec(db, backup.targetId)),
    applicationName: `dbmigrator backup ${backup.id}`,
  };
  return createBackup({
    spec,
    store: openArchiveOf(backup),
    scope: backup.scope as unknown as BackupScope,
    label: backup.labels[0] ?? null,
    description: backup.description || null,
    ...(backup.storage.encrypted ? { key: backupKeys()[0] } : {}),
    onProgress: report,
    signal,
  }).catch((error: unknown) => {
    throw backup.scheduleId ? asOfSchedule(error) : error;
  });
}

/** What somebody chose once is gone by now: choosing anew is done at the schedule and not here. */
function asOfSchedule(error: unknown): unknown {
  if (!(error instanceof DomainError) || error.code !== "backup.scope_missing") return error;
  const { names, nearest } = error.details;
  return new DomainError(
    "not_found",
    "schedule.scope_missing",
    `The schedule backs up ${names}, which the database does not have any more.`,
    {
      details: { names, nearest },
      hint:
        nearest === "no"
          ? "Change what the schedule backs up, or remove the schedule."
          : `Change what the schedule backs up (is it ${nearest} now?), or remove the schedule.`,
      cause: error,
    },
  );
}

function endingOf(worked: AtWork<Manifest>, { onUnexpected }: WorkOptions): BackupEnding {
  if (worked.kind === "done") return { kind: "succeeded", manifest: worked.value };
  if (worked.kind !== "failed") return worked;
  return { kind: "failed", failure: failureOf(worked.error, onUnexpected) };
}

/** A failure as data; one of ours is told by its kind alone and goes to the log. */
export function failureOf(error: unknown, onUnexpected: (error: unknown) => void): StoredFailure {
  if (error instanceof DomainError) {
    const { code, message, hint, details } = error;
    return { code, message, ...(hint === undefined ? {} : { hint }), details };
  }
  onUnexpected(error);
  return { code: "backup.unexpected", message: "It failed for a reason of ours, which is in the log." };
}

/** The row, the audit outcome, and what follows, all or nothing, and only while the claim holds. */
async function finishBackup(
  db: Db,
  backup: LoadedBackup,
  claim: Claim,
  ending: Exclude<BackupEnding, { kind: "lost" }>,
): Promise<void> {
  const scope = await backupScope({ db, input: { backupId: claim.id } });
  await db.$transaction(async (tx) => {
    const { count } = await tx.backup.updateMany({
      where: { id: claim.id, attempt: claim.attempt, state: "running" },
      data: {
        state: ending.kind,
        finishedAt: new Date(),
        ...(ending.kind === "succeeded" ? columnsOf(ending.manifest, backup.serviceName) : {}),
        ...(ending.kind === "failed" ? { error: ending.failure as unknown as Prisma.InputJsonValue } : {}),
      },
    });
    if (count === 0) return;
    // In its first moments it may have written without having said so: what is left of it is asked for (clearFailed).
    if (ending.kind !== "succeeded")
      await tx.backup.updateMany({
        where: { id: claim.id, progress: { equals: Prisma.DbNull } },
        data: { progress: {} },
      });
    await recordAudit(tx, {
      ...{ actor: systemActor, operation: "backup.execute", scope, runId: claim.id },
      outcome: ending.kind === "succeeded" ? "ok" : "failed",
      details: detailsOf(ending),
    });
    if (ending.kind === "succeeded") await follow(tx, backup);
  });
}

function detailsOf(ending: BackupEnding): Record<string, unknown> {
  if (ending.kind === "failed") return { result: "failed", error: ending.failure.code };
  if (ending.kind !== "succeeded") return { result: ending.kind };
  const { archiveBytes, rows, tables } = ending.manifest.totals;
  return { result: "succeeded", bytes: archiveBytes, rows, tables };
}

/** What its schedule or its maker asked for beside; and older ones may go now. */
async function follow(tx: Tx, backup: LoadedBackup): Promise<void> {
  if (backup.testAfter && backup.origin !== "deployment") {
    await queueUse(tx, { backup, mode: "test", by: { id: null, label: systemActor.label } });
  }
  await enqueue(tx, "backups.maintain", {}, 30);
}
