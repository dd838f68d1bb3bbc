import { systemActor } from "../../access/actor";
import { recordAudit } from "../../audit/record";
import type { Db } from "../../db/client";
import { Prisma } from "../../db/generated/client";
import { DomainError } from "../../errors";
import { enqueue } from "../../queue/queue";
import { settleUse } from "../restore/settle";
import { settlePutBacks } from "../restore/settle-put-back";
import { openArchiveOf } from "../storage/open";
import { backupScope, loadBackup } from "./scope";

export interface SweepOptions {
  workerId: string;
  /** Work without a sign of life for so long has no worker any more. */
  staleAfterMs: number;
  /** What waits for so long has lost its job. */
  lostAfterMs: number;
}

/** A backup is begun anew so often before it counts as failed. */
const ATTEMPTS = 3;
const REPEAT_SECONDS = 30;

/**
 * Finds backups and restores whose worker is gone. What a dead backup left is removed, and it starts over under
 * another name; a restore is settled by what its server shows, and so is putting back what one had replaced.
 */
export async function sweepBackups(db: Db, options: SweepOptions): Promise<void> {
  for (const { id, attempt } of await takeOverBackups(db, options))
    await startOver(db, id, attempt).catch(laterWhenAway);
  for (const { id, attempt } of await takeOverUses(db, options))
    await settleUse(db, id, attempt).catch(laterWhenAway);
  await settlePutBacks(db, (one) => one.catch(laterWhenAway));
  await requeue(db, options.lostAfterMs);
}

/** A storage or a target that is away keeps its own waiting and nobody else's. */
function laterWhenAway(error: unknown): void {
  if (!(error instanceof DomainError)) throw error;
}

interface Taken {
  id: string;
  attempt: number;
}

/** The attempt grows, and the former worker writes nothing any more. */
function takeOverBackups(db: Db, { workerId, staleAfterMs }: SweepOptions): Promise<Taken[]> {
  return db.$queryRaw<Taken[]>`
    UPDATE backup SET attempt = attempt + 1, worker_id = ${workerId}, heartbeat_at = clock_timestamp()
    WHERE state = 'running' AND heartbeat_at < clock_timestamp() - ${staleAfterMs} * interval '1 ms'
    RETURNING id, attempt`;
}

function takeOverUses(db: Db, { workerId, staleAfterMs }: SweepOptions): Promise<Taken[]> {
  return db.$queryRaw<Taken[]>`
    UPDATE restore SET attempt = attempt + 1, worker_id = ${workerId}, heartbeat_at = clock_timestamp()
    WHERE state = 'running' AND heartbeat_at < clock_timestamp() - ${staleAfterMs} * interval '1 ms'
    RETURNING id, attempt`;
}

async function startOver(db: Db, id: string, attempt: number): Promise<void> {
  const backup = await loadBackup(db, id);
  // A storage that is away keeps it for the next sweep: what lies there must not be forgotten.
  await openArchiveOf(backup).delete();
  const scope = await backupScope({ db, input: { backupId: id } });
  // The run of a deployment takes its own anew, a restore as well; somebody may have cancelled it meanwhile.
  const isPart = backup.origin === "deployment" || backup.origin === "restore";
  const again = attempt <= ATTEMPTS * 2 && !isPart && !backup.cancelAskedAt;
  await db.$transaction(async (tx) => {
    const { count } = await tx.backup.updateMany({
      where: { id, attempt, state: "running" },
      data: again
        ? { state: "queued", workerId: null, heartbeatAt: null, startedAt: null, progress: Prisma.DbNull }
        : backup.cancelAskedAt
          ? { state: "cancelled", finishedAt: new Date() }
          : { state: "failed", finishedAt: new Date(), error: WORKER_GONE },
    });
    if (count === 0) return;
    await recordAudit(tx, {
      ...{ actor: systemActor, operation: "backup.execute", scope, runId: id, outcome: "failed" },
      details: { result: again ? "started_over" : "worker_gone", removed: backup.filePath },
    });
    if (again) await enqueue(tx, "backup.create", { backupId: id });
  });
}

const WORKER_GONE = {
  code: "backup.worker_gone",
  message: "The worker that made it stopped before it was finished; what it had written was removed.",
};

/** A wish whose job got lost (the queue was emptied, the database was busy) is wished again. */
async function requeue(db: Db, lostAfterMs: number): Promise<void> {
  const where = { state: "queued", createdAt: { lt: new Date(Date.now() - lostAfterMs) } };
  const only = { where, select: { id: true }, take: 100 } as const;
  for (const { id } of await db.backup.findMany(only))
    await db.$transaction((tx) => enqueue(tx, "backup.create", { backupId: id }, REPEAT_SECONDS));
  for (const { id } of await db.restore.findMany(only))
    await db.$transaction((tx) => enqueue(tx, "backup.use", { useId: id }, REPEAT_SECONDS));
}
