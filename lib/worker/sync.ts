import { systemActor } from "../access/actor";
import { db } from "../db/client";
import { execute } from "../operations/define";
import { syncTarget } from "../operations/target/sync";
import { hasExpiredRows, purgeKeptRows } from "../operations/undo/purge";
import { enqueue, type Job } from "../queue/queue";

/** Reads one ledger into its mirror. */
export async function syncHandler(jobs: Job<"target.sync">[]): Promise<void> {
  for (const { data } of jobs) {
    // A target that was deleted meanwhile has no mirror to keep.
    const there = await db().target.count({ where: { id: data.targetId } });
    if (there === 0) continue;
    const { error } = await execute(syncTarget, systemActor, data);
    if (error === null) await removeExpiredRows(data.targetId);
  }
}

/** Rows kept for undoing, once their window is over. */
async function removeExpiredRows(targetId: string): Promise<void> {
  if (await hasExpiredRows(db(), targetId)) await execute(purgeKeptRows, systemActor, { targetId });
}

/** Asks for every target to be read, once in a while each. */
export async function syncDueTargets(): Promise<void> {
  const targets = await db().target.findMany({ select: { id: true } });
  for (const { id } of targets)
    await db().$transaction((tx) => enqueue(tx, "target.sync", { targetId: id }, 60));
}
