import { systemActor } from "../../access/actor";
import { recordAudit } from "../../audit/record";
import type { DeploymentEvent } from "../../core/policy/state-machine";
import type { Db, Tx } from "../../db/client";
import type { Prisma } from "../../db/generated/client";
import { DomainError, type KeptFailure, keepFailure } from "../../errors";
import { approvalStatus } from "./approval-count";
import { type Established, establish, isBlocked } from "./establish";
import { approvalSubject, type LoadedDeployment, loadDeployment } from "./load";
import { lockDeployment, moveDeployment, touchDeployment } from "./move";
import { deploymentScope } from "./scope";
import type { CheckProgress } from "./views";

interface CheckRef {
  deploymentId: string;
  checkId: string;
}

type Finding = { established: Established } | { error: { code: string; message: string; hint?: string } };

/**
 * Does one attempt of a check and writes down what it found. Work that was superseded or cancelled meanwhile
 * writes nothing; a second worker on the same attempt is harmless, since only one can finish it.
 */
export async function performCheck(
  db: Db,
  ref: CheckRef,
  { signal, onUnexpected }: { signal: AbortSignal; onUnexpected: (error: unknown) => void },
): Promise<void> {
  const deployment = await openCheck(db, ref);
  if (!deployment) return;
  const report = async (progress: CheckProgress) => {
    const { count } = await db.deploymentCheck.updateMany({
      where: { id: ref.checkId, finishedAt: null },
      data: { progress },
    });
    if (count > 0) await touchDeployment(db, ref.deploymentId);
  };
  let finding: Finding;
  try {
    finding = { established: await establish(db, deployment, { signal, report }) };
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof DomainError)) onUnexpected(error);
    finding = { error: describeError(error) };
  }
  await db.$transaction((tx) => finishCheck(tx, db, ref, finding), { timeout: 30_000, maxWait: 15_000 });
}

/** The deployment, when this attempt is still the one that is wanted. */
async function openCheck(db: Db, ref: CheckRef): Promise<LoadedDeployment | null> {
  const check = await db.deploymentCheck.findUnique({
    where: { id: ref.checkId },
    select: { finishedAt: true, attempt: true },
  });
  if (!check || check.finishedAt) return null;
  const deployment = await loadDeployment(db, ref.deploymentId);
  return deployment.state === "checking" && (await isLatest(db, ref, check.attempt)) ? deployment : null;
}

async function isLatest(db: Db | Tx, ref: CheckRef, attempt: number): Promise<boolean> {
  const later = await db.deploymentCheck.count({
    where: { deploymentId: ref.deploymentId, attempt: { gt: attempt } },
  });
  return later === 0;
}

function describeError(error: unknown): KeptFailure {
  if (error instanceof DomainError) return keepFailure(error);
  // The text of an unknown error may hold anything: it goes to the log, which is scrubbed, and not to the page.
  return {
    code: "internal",
    message: "The check stopped on an error of DBMigrator itself.",
    hint: "Look into the log, then check again.",
  };
}

async function finishCheck(tx: Tx, db: Db, ref: CheckRef, finding: Finding): Promise<void> {
  const state = await lockDeployment(tx, ref.deploymentId);
  const check = await tx.deploymentCheck.findUniqueOrThrow({
    where: { id: ref.checkId },
    select: { finishedAt: true, attempt: true },
  });
  if (state !== "checking" || check.finishedAt || !(await isLatest(tx, ref, check.attempt))) return;
  await tx.deploymentCheck.update({
    where: { id: ref.checkId },
    data: { ...checkColumns(finding), finishedAt: new Date(), progress: null },
  });
  const event = await applyFinding(tx, ref.deploymentId, finding);
  await recordAudit(tx, {
    actor: systemActor,
    operation: "deployment.checked",
    scope: await deploymentScope({ db, input: { deploymentId: ref.deploymentId } }),
    outcome: "error" in finding ? "failed" : "ok",
    details: {
      attempt: check.attempt,
      result: event,
      ...("error" in finding
        ? { error: finding.error.code }
        : { boundHash: finding.established.check.bound.hash }),
    },
  });
}

function checkColumns(finding: Finding): Prisma.DeploymentCheckUpdateInput {
  if ("error" in finding) return { error: finding.error };
  const { check } = finding.established;
  // The schema texts have columns of their own; lists and live streams do not carry them along.
  const dryRun = check.dryRun && { ...check.dryRun, schemaBefore: "", schemaAfter: "" };
  return {
    result: { ...check, dryRun } as unknown as Prisma.InputJsonValue,
    schemaBefore: check.dryRun?.schemaBefore ?? null,
    schemaAfter: check.dryRun?.schemaAfter ?? null,
  };
}

async function applyFinding(tx: Tx, deploymentId: string, finding: Finding): Promise<DeploymentEvent> {
  if ("error" in finding) {
    await moveDeployment(tx, deploymentId, "checked_blocked");
    return "checked_blocked";
  }
  const { plan, check } = finding.established;
  const found = {
    severity: check.severity,
    destroys: check.destroys,
    boundHash: check.bound.hash,
    // An empty plan would forget what was asked for.
    ...(plan.planned.length > 0
      ? {
          plan: plan.planned as unknown as Prisma.InputJsonValue,
          fromVersion: plan.fromVersion,
          toVersion: plan.toVersion,
        }
      : {}),
  };
  await tx.deployment.update({ where: { id: deploymentId }, data: found });
  const status = await approvalStatus(tx, approvalSubject(await loadDeployment(tx, deploymentId)));
  const event = isBlocked(check)
    ? "checked_blocked"
    : !status.complete
      ? "checked_unapproved"
      : status.needed === 0
        ? "checked_open"
        : "checked_approved";
  await moveDeployment(tx, deploymentId, event, { approvalsNeeded: status.needed });
  return event;
}
