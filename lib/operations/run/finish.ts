import { type Actor, systemActor } from "../../access/actor";
import { recordAudit } from "../../audit/record";
import type { DeploymentEvent } from "../../core/policy/state-machine";
import type { PostgresFailure, RunOutcome } from "../../core/run/types";
import type { Db, Tx } from "../../db/client";
import { Prisma } from "../../db/generated/client";
import { enqueue } from "../../queue/queue";
import { lockDeployment, moveDeployment } from "../deployment/move";
import { deploymentsBehind } from "../deployment/queue-position";
import { deploymentScope } from "../deployment/scope";
import { addCheck, startCheck } from "../deployment/start-check";
import type { ComparisonView, EvidenceView, RunState } from "../deployment/views";
import { lookAgainAfterRun } from "../drift/ask";
import { type Claim, TRANSACTION } from "./claim";
import type { LogRow } from "./run-rows";
import type { StoredOutcome } from "./view";

/** How a run ends, whoever found out. */
export interface RunEnding {
  /** `stale`: nothing was done, since the target is not the one that was reviewed. `resumed`: it starts over. */
  kind: "succeeded" | "failed" | "cancelled" | "in_doubt" | "stale" | "resumed";
  outcome: RunOutcome | null;
  failure: PostgresFailure | null;
  comparison: ComparisonView | null;
  evidence: EvidenceView | null;
  /** Something of it is in effect on the target now. */
  changedTarget: boolean;
}

export const NOTHING_DONE = {
  outcome: null,
  failure: null,
  comparison: null,
  evidence: null,
  changedTarget: false,
};

const EVENTS: Record<RunEnding["kind"], DeploymentEvent> = {
  succeeded: "succeed",
  failed: "fail",
  cancelled: "stop",
  in_doubt: "doubt",
  stale: "stale",
  resumed: "settle_resumed",
};

const LEVELS: Record<RunEnding["kind"], LogRow["level"]> = {
  succeeded: "ok",
  failed: "error",
  cancelled: "warning",
  in_doubt: "error",
  stale: "warning",
  resumed: "info",
};

/**
 * Writes the end of a run: its row, its steps, the deployment, the audit outcome, the checks of those behind it and
 * the wish to read the ledger, all or nothing, and only while the claim holds.
 * @returns false when the claim was lost
 */
export async function finishRun(
  db: Db,
  claim: Claim,
  ending: RunEnding,
  event: DeploymentEvent = EVENTS[ending.kind],
  actor: Actor = systemActor,
): Promise<boolean> {
  const scope = await deploymentScope({ db, input: { deploymentId: claim.deploymentId } });
  return db.$transaction(async (tx) => {
    await lockDeployment(tx, claim.deploymentId);
    const held = await tx.run.findFirst({
      where: { id: claim.runId, fence: claim.fence, state: { in: ["running", "in_doubt"] } },
      select: { id: true },
    });
    if (!held) return false;
    await endSteps(tx, claim.runId, ending.kind);
    await tx.run.update({ where: { id: claim.runId }, data: await runColumns(tx, claim.runId, ending) });
    await tx.runLog.create({
      data: { runId: claim.runId, level: LEVELS[ending.kind], code: `run_${ending.kind}`, data: {} },
    });
    await moveDeployment(tx, claim.deploymentId, event);
    await recordAudit(tx, {
      ...{ actor, operation: "run.execute", scope, runId: claim.runId },
      outcome: ending.kind === "succeeded" ? "ok" : ending.kind === "in_doubt" ? "in_doubt" : "failed",
      details: {
        result: ending.kind,
        migrations: outcomes(ending.outcome),
        sqlState: ending.failure?.sqlState,
      },
    });
    await follow(tx, claim, ending);
    return true;
  }, TRANSACTION);
}

function outcomes(outcome: RunOutcome | null): Record<string, string> {
  return Object.fromEntries((outcome?.migrations ?? []).map((one) => [one.migration, one.outcome]));
}

/** What was at work when it ended, and what was not reached. */
async function endSteps(tx: Tx, runId: string, kind: RunEnding["kind"]): Promise<void> {
  if (kind === "resumed") {
    await tx.runStep.deleteMany({ where: { runId } });
    return;
  }
  const running = kind === "in_doubt" ? "in_doubt" : kind === "succeeded" ? "done" : "undone";
  await tx.runStep.updateMany({ where: { runId, state: "running" }, data: { state: running } });
  // What got no answer may have done its work, until the ledger or a person says whether it has.
  const unanswered = kind === "in_doubt" ? "failed" : "in_doubt";
  const found = kind === "in_doubt" ? "in_doubt" : kind === "succeeded" ? "done" : "failed";
  await tx.runStep.updateMany({ where: { runId, state: unanswered }, data: { state: found } });
  await tx.runStep.updateMany({
    where: { runId, state: "waiting" },
    data: { state: kind === "succeeded" ? "done" : "skipped" },
  });
}

const STATES: Record<RunEnding["kind"], RunState> = {
  succeeded: "succeeded",
  failed: "failed",
  cancelled: "cancelled",
  in_doubt: "in_doubt",
  stale: "cancelled",
  resumed: "queued",
};

async function runColumns(tx: Tx, runId: string, ending: RunEnding): Promise<Prisma.RunUpdateInput> {
  const steps = await tx.runStep.groupBy({ by: ["state"], where: { runId }, _count: true });
  const of = steps.reduce((total, one) => total + one._count, 0);
  const migrations = ending.outcome?.migrations ?? [];
  const done = migrations.filter((one) => one.outcome === "applied" || one.outcome === "reverted").length;
  const stored: StoredOutcome = {
    ...{ outcome: ending.outcome, comparison: ending.comparison, evidence: ending.evidence },
    progress: {
      statements: { done: steps.find((one) => one.state === "done")?._count ?? 0, of },
      migrations: { done, of: migrations.length },
    },
  };
  const resumed = ending.kind === "resumed";
  return {
    state: STATES[ending.kind],
    finishedAt: resumed || ending.kind === "in_doubt" ? null : new Date(),
    waiting: Prisma.DbNull,
    migrationsDone: done,
    error: ending.failure === null ? Prisma.DbNull : (ending.failure as unknown as Prisma.InputJsonValue),
    outcome: resumed ? Prisma.DbNull : (stored as unknown as Prisma.InputJsonValue),
    ...(resumed ? { workerId: null, heartbeatAt: null, startedAt: null } : {}),
  };
}

async function follow(tx: Tx, claim: Claim, ending: RunEnding): Promise<void> {
  if (ending.kind === "resumed") return enqueue(tx, "deployment.run", { runId: claim.runId });
  if (ending.kind === "stale") await addCheck(tx, claim.deploymentId);
  if (ending.changedTarget) {
    const { number } = await tx.deployment.findUniqueOrThrow({
      where: { id: claim.deploymentId },
      select: { number: true },
    });
    for (const id of await deploymentsBehind(tx, { targetId: claim.targetId, number }))
      await startCheck(tx, id);
  }
  await enqueue(tx, "target.sync", { targetId: claim.targetId });
  if (!ending.changedTarget) return;
  await enqueue(tx, "schema.read", { targetId: claim.targetId });
  await lookAgainAfterRun(tx, claim.targetId);
}
