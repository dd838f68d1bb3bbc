import { systemActor } from "../../access/actor";
import { recordAudit } from "../../audit/record";
import type { Db } from "../../db/client";
import { lockDeployment, moveDeployment } from "../deployment/move";
import { deploymentScope } from "../deployment/scope";
import { restoreAtWork } from "../restore/claim";

/** The right to write about a run, until another worker takes it over. */
export interface Claim {
  runId: string;
  deploymentId: string;
  targetId: string;
  fence: number;
}

/**
 * Takes a queued run. The intent is in the audit trail before anything touches the target.
 * @returns null when it is not queued any more; "busy" while another run works on the same target
 */
export async function claimRun(db: Db, runId: string, workerId: string): Promise<Claim | "busy" | null> {
  const run = await db.run.findUnique({
    where: { id: runId },
    select: { deploymentId: true, targetId: true },
  });
  if (!run) return null;
  const scope = await deploymentScope({ db, input: { deploymentId: run.deploymentId } });
  return db.$transaction(async (tx) => {
    // Always the deployment before its run: cancelling takes them in this order too.
    const state = await lockDeployment(tx, run.deploymentId);
    if (state !== "queued") return null;
    await tx.$queryRaw`SELECT id FROM target WHERE id = ${run.targetId}::uuid FOR NO KEY UPDATE`;
    const other = await tx.run.findFirst({
      where: { targetId: run.targetId, state: "running" },
      select: { id: true },
    });
    if (other || (await restoreAtWork(tx, [run.targetId]))) return "busy";
    const rows = await tx.$queryRaw<{ fence: number; startedByLabel: string }[]>`
      UPDATE run SET state = 'running', fence = fence + 1, worker_id = ${workerId}, heartbeat_at = clock_timestamp(),
        started_at = coalesce(started_at, clock_timestamp())
      WHERE id = ${runId}::uuid AND state = 'queued' RETURNING fence, started_by_label AS "startedByLabel"`;
    const row = rows[0];
    if (!row) return null;
    await moveDeployment(tx, run.deploymentId, "start");
    const details = { startedBy: row.startedByLabel, fence: row.fence };
    await recordAudit(tx, {
      actor: systemActor,
      operation: "run.execute",
      scope,
      outcome: "intent",
      details,
      runId,
    });
    return { runId, fence: row.fence, ...run };
  }, TRANSACTION);
}

export const TRANSACTION = { timeout: 30_000, maxWait: 15_000 };
