import type { Db } from "../../db/client";
import { enqueue } from "../../queue/queue";
import type { Claim } from "./claim";
import { finishRun, type RunEnding } from "./finish";
import { ASK_AGAIN, settleClaimed } from "./settle-run";

export interface SweepOptions {
  workerId: string;
  /** A run without a sign of life for so long has no worker any more. */
  staleAfterMs: number;
  /** What waits for so long has lost its job. */
  lostAfterMs: number;
}

/** Finds runs whose worker is gone, settles them, and asks again for work whose job was lost. */
export async function sweepRuns(db: Db, options: SweepOptions): Promise<void> {
  for (const claim of await takeOver(db, options)) await settle(db, claim);
  for (const claim of await takeUnclear(db, options)) await settleAgain(db, claim);
  await requeue(db, options.lostAfterMs);
}

/** Takes silent runs over: the fence grows, and their former worker writes nothing any more. */
function takeOver(db: Db, { workerId, staleAfterMs }: SweepOptions): Promise<Claim[]> {
  return db.$queryRaw<Claim[]>`
    UPDATE run SET fence = fence + 1, worker_id = ${workerId}, heartbeat_at = clock_timestamp()
    WHERE state = 'running' AND heartbeat_at < clock_timestamp() - ${staleAfterMs} * interval '1 ms'
    RETURNING id AS "runId", deployment_id AS "deploymentId", target_id AS "targetId", fence`;
}

/** Runs in doubt only because the target could not be asked: asked again every half minute. */
function takeUnclear(db: Db, { workerId }: SweepOptions): Promise<Claim[]> {
  return db.$queryRaw<Claim[]>`
    UPDATE run SET fence = fence + 1, worker_id = ${workerId}, heartbeat_at = clock_timestamp()
    WHERE state = 'in_doubt' AND outcome -> 'evidence' ->> 'code' = ANY(${ASK_AGAIN})
      AND heartbeat_at < clock_timestamp() - interval '30 s'
    RETURNING id AS "runId", deployment_id AS "deploymentId", target_id AS "targetId", fence`;
}

async function settle(db: Db, claim: Claim): Promise<void> {
  await db.runLog.create({ data: { runId: claim.runId, level: "warning", code: "worker_silent", data: {} } });
  // Others must not take it over from us while its sessions are being ended.
  const alive = setInterval(() => void beat(db, claim).catch(() => undefined), HEARTBEAT_MS);
  try {
    await finishRun(db, claim, await settleClaimed(db, claim, "silent"));
  } finally {
    clearInterval(alive);
  }
}

const HEARTBEAT_MS = 2000;
const REPEAT_SECONDS = 30;

async function beat(db: Db, claim: Claim): Promise<void> {
  await db.run.updateMany({
    where: { id: claim.runId, fence: claim.fence, state: "running" },
    data: { heartbeatAt: new Date() },
  });
}

/**
 * @param word who has just said in the ledger what happened, and how they know
 * @returns what it came to, or null when it is as unclear as before
 */
export async function settleAgain(
  db: Db,
  claim: Claim,
  word?: { by: string; reason: string },
): Promise<RunEnding | null> {
  const ending = await settleClaimed(db, claim, "again");
  if (ending.kind === "in_doubt") return null;
  if (word) ending.evidence?.lines.unshift({ code: "word", params: word });
  const events = {
    succeeded: "settle_succeeded",
    failed: "settle_failed",
    cancelled: "settle_cancelled",
    stale: "settle_failed",
  } as const;
  // A person should look before a run in doubt starts over by itself: it is told that nothing happened.
  const kind = ending.kind === "resumed" ? "failed" : ending.kind;
  const failure = ending.failure ?? (kind === "failed" ? UNTOUCHED : null);
  await finishRun(db, claim, { ...ending, kind, failure }, events[kind]);
  return ending;
}

const UNTOUCHED = {
  sqlState: "",
  message: "The run did not change anything on the target.",
  hint: "Try again.",
};

/** A wish whose job got lost (the queue was emptied, the store restored) is wished again. */
async function requeue(db: Db, lostAfterMs: number): Promise<void> {
  const before = new Date(Date.now() - lostAfterMs);
  const runs = await db.run.findMany({
    where: { state: "queued", createdAt: { lt: before } },
    select: { id: true },
    take: 100,
  });
  const checks = await db.deploymentCheck.findMany({
    where: {
      finishedAt: null,
      progress: "waiting",
      startedAt: { lt: before },
      deployment: { state: "checking" },
    },
    select: { id: true, deploymentId: true },
    take: 100,
  });
  for (const run of runs)
    await db.$transaction((tx) => enqueue(tx, "deployment.run", { runId: run.id }, REPEAT_SECONDS));
  for (const check of checks) {
    await db.$transaction((tx) =>
      enqueue(
        tx,
        "deployment.check",
        { checkId: check.id, deploymentId: check.deploymentId },
        REPEAT_SECONDS,
      ),
    );
  }
}
