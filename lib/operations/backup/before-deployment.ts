import { systemActor } from "../../access/actor";
import type { BackupEstimate } from "../../core/backup/types";
import { type BackupPolicy, completeBackupPolicy, wantsBackup } from "../../core/policy/backup-policy";
import type { Severity } from "../../core/risk/types";
import type { Db } from "../../db/client";
import { DomainError } from "../../errors";
import { performUse } from "../restore/perform";
import { queueUse } from "../restore/queue-use";
import { storageFor } from "../storage/default";
import { estimateTarget } from "./estimate";
import { insertBackup } from "./insert";
import { performBackup, type WorkOptions } from "./perform";
import { loadBackup } from "./scope";
import type { BackupState, StoredFailure, TestedState, VerifiedState } from "./views";

export interface DeploymentRisk {
  targetId: string;
  severity: Severity | null;
  destroys: readonly string[];
}

/** Whether the environment's policy asks for a backup before this deployment's steps. */
export async function backupWanted(
  db: Db,
  { targetId, severity, destroys }: DeploymentRisk,
): Promise<{ wanted: boolean; testRestore: boolean }> {
  const { environment } = await db.target.findUniqueOrThrow({
    where: { id: targetId },
    select: { environment: { select: { backupPolicy: true, protected: true } } },
  });
  const policy = completeBackupPolicy(environment.backupPolicy as BackupPolicy, environment.protected);
  const wanted = wantsBackup(policy, { severity, destroys });
  return { wanted, testRestore: wanted && policy.testRestore };
}

/** What a check foretells of the backup that its run will take. */
export interface ForetoldBackup {
  seconds: number;
  archiveBytes: number;
  testRestore: boolean;
}

/** @returns null when none will be taken, or its size cannot be foretold */
export async function foretellBackup(db: Db, risk: DeploymentRisk): Promise<ForetoldBackup | null> {
  const { wanted, testRestore } = await backupWanted(db, risk);
  if (!wanted) return null;
  let estimate: BackupEstimate;
  try {
    estimate = await estimateTarget(db, risk.targetId, { kind: "database" });
  } catch (error) {
    if (error instanceof DomainError) return null;
    throw error;
  }
  return { seconds: estimate.seconds, archiveBytes: estimate.archiveBytes, testRestore };
}

export interface BeforeRun extends WorkOptions {
  deploymentId: string;
  runId: string;
  risk: DeploymentRisk;
  /** Says what is at work: `backup_started`, `backup_done`, `backup_test_started`, `backup_tested`. */
  say(code: string, data: Record<string, unknown>): void;
}

/**
 * Takes the backup that the policy asks for, and restores it into a scratch database when the policy says so. Nothing
 * on the target has been changed when it fails.
 * @returns whether one was taken
 * @throws DomainError precondition `run.backup_failed`, `run.backup_not_proven`; `run.cancelled`
 */
export async function backupBeforeRun(db: Db, options: BeforeRun): Promise<boolean> {
  const { wanted, testRestore } = await backupWanted(db, options.risk);
  if (!wanted) return false;
  const backupId = await take(db, options);
  if (testRestore) await prove(db, backupId, options);
  return true;
}

async function take(db: Db, options: BeforeRun): Promise<string> {
  const { deploymentId, runId, risk, say } = options;
  const { projectId } = await db.deployment.findUniqueOrThrow({ where: { id: deploymentId } });
  const row = await insertBackup(db, {
    ...{ targetId: risk.targetId, origin: "deployment", deploymentId, runId },
    storage: await storageFor(db, projectId, null).catch((error: unknown) => {
      throw error instanceof DomainError ? failed(error) : error;
    }),
    scope: { kind: "database" },
    createdBy: { id: null, label: systemActor.label },
  });
  say("backup_started", { archive: row.snapshotId });
  const ending = await performBackup(db, row.id, options);
  if (ending?.kind === "succeeded") {
    const { archiveBytes, durationMs } = ending.manifest.totals;
    say("backup_done", { archive: row.snapshotId, bytes: archiveBytes, durationMs });
    return row.id;
  }
  if (ending?.kind === "failed") throw failed(ending.failure);
  options.signal?.throwIfAborted();
  throw failed({ message: "It was cancelled." });
}

async function prove(db: Db, backupId: string, options: BeforeRun): Promise<void> {
  const backup = await loadBackup(db, backupId);
  const by = { id: null, label: systemActor.label };
  const { id } = await db.$transaction((tx) => queueUse(tx, { backup, mode: "test", by }));
  options.say("backup_test_started", { archive: backup.snapshotId });
  // The queue's worker may have been quicker: then this one waits for what it finds.
  await performUse(db, id, options);
  const { testedState } = await waitForTest(db, id, backupId, options.signal);
  if (testedState === "restores") return options.say("backup_tested", { archive: backup.snapshotId });
  throw new DomainError(
    "precondition",
    "run.backup_not_proven",
    "The backup before the run does not restore: nothing was changed.",
    { details: { archive: backup.snapshotId }, hint: "Look at the backup's test, then try again." },
  );
}

async function waitForTest(
  db: Db,
  useId: string,
  backupId: string,
  signal: AbortSignal | undefined,
): Promise<{ testedState: string }> {
  for (;;) {
    signal?.throwIfAborted();
    const { state } = await db.restore.findUniqueOrThrow({ where: { id: useId }, select: { state: true } });
    if (state !== "queued" && state !== "running")
      return db.backup.findUniqueOrThrow({ where: { id: backupId }, select: { testedState: true } });
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

function failed({
  code,
  message,
  details,
}: Pick<StoredFailure, "message" | "details"> & { code?: string }): DomainError {
  return new DomainError(
    "precondition",
    "run.backup_failed",
    `The backup before the run failed, so nothing was changed: ${message}`,
    {
      details: { ...details, message, ...(code ? { because: code } : {}) },
      hint: "Look at the backup, then try again.",
    },
  );
}

/** A backup as the pages of a deployment show it. */
export interface DeploymentBackup {
  id: string;
  snapshotId: string;
  state: BackupState;
  bytes: number | null;
  at: string;
  finishedAt: string | null;
  durationMs: number | null;
  /** Bytes read of all, while it is made. */
  progress: { bytes: number; bytesTotal: number; secondsLeft: number | null } | null;
  verified: { state: VerifiedState; at: string | null };
  tested: { state: TestedState; at: string | null };
  error: { code: string; message: string } | null;
}

const columns = {
  ...{ id: true, snapshotId: true, state: true, fileSizeBytes: true, createdAt: true, startedAt: true },
  ...{ finishedAt: true, progress: true, error: true, verifiedState: true, verifiedAt: true },
  ...{ testedState: true, testedAt: true },
} as const;

/** The backup that a run took. */
export async function backupOfRun(db: Db, runId: string): Promise<DeploymentBackup | null> {
  const row = await db.backup.findFirst({
    where: { runId },
    orderBy: { createdAt: "desc" },
    select: columns,
  });
  return row && deploymentBackup(row);
}

/** The newest backup of a target that could be restored. */
export async function lastBackup(db: Db, targetId: string): Promise<DeploymentBackup | null> {
  const row = await db.backup.findFirst({
    where: { targetId, state: "succeeded" },
    orderBy: { createdAt: "desc" },
    select: columns,
  });
  return row && deploymentBackup(row);
}

interface Row {
  id: string;
  snapshotId: string;
  state: string;
  fileSizeBytes: bigint | null;
  createdAt: Date;
  startedAt: Date | null;
  finishedAt: Date | null;
  progress: unknown;
  error: unknown;
  verifiedState: string;
  verifiedAt: Date | null;
  testedState: string;
  testedAt: Date | null;
}

function deploymentBackup(row: Row): DeploymentBackup {
  const { startedAt, finishedAt } = row;
  const progress = row.progress as DeploymentBackup["progress"];
  return {
    id: row.id,
    snapshotId: row.snapshotId,
    state: row.state as BackupState,
    bytes: row.fileSizeBytes === null ? null : Number(row.fileSizeBytes),
    at: row.createdAt.toISOString(),
    finishedAt: finishedAt?.toISOString() ?? null,
    durationMs: startedAt && finishedAt ? finishedAt.getTime() - startedAt.getTime() : null,
    progress:
      row.state === "running" && progress
        ? { bytes: progress.bytes, bytesTotal: progress.bytesTotal, secondsLeft: progress.secondsLeft }
        : null,
    verified: { state: row.verifiedState as VerifiedState, at: row.verifiedAt?.toISOString() ?? null },
    tested: { state: row.testedState as TestedState, at: row.testedAt?.toISOString() ?? null },
    error: row.error as DeploymentBackup["error"],
  };
}
