import type { Actor } from "../../access/actor";
import type { Tx } from "../../db/client";
import { DomainError } from "../../errors";
import { type ApprovalStatus, approvalStatus, editorsOf } from "./approval-count";
import { approvalSubject, type LoadedDeployment, loadDeployment } from "./load";
import { lockDeployment, moveDeployment, touchDeployment } from "./move";
import { personName } from "./person-name";
import { requireUnchangedScripts, staleError } from "./scripts-unchanged";

const DECIDABLE = new Set(["ready", "awaiting_approval", "approved"]);

/**
 * Records what a person decides about exactly what they have seen (`boundHash` of their page) and moves the
 * deployment when that completes its approvals or takes them away.
 * @throws DomainError forbidden `deployment.own`, `deployment.own_script`, `deployment.person`; conflict `deployment.state`, `deployment.stale`,
 *   `deployment.decided` when the same person has decided the same about the same before
 */
export async function decide(
  tx: Tx,
  actor: Actor,
  deploymentId: string,
  args: { decision: "approved" | "changes_requested"; boundHash: string; comment: string | null },
): Promise<ApprovalStatus> {
  const userId = requirePerson(actor);
  await lockDeployment(tx, deploymentId);
  const deployment = await loadDeployment(tx, deploymentId);
  if (deployment.createdBy === userId) {
    throw new DomainError(
      "forbidden",
      "deployment.own",
      "You asked for this deployment; somebody else has to decide on it.",
    );
  }
  if ((await editorsOf(tx, approvalSubject(deployment))).includes(userId)) {
    throw new DomainError(
      "forbidden",
      "deployment.own_script",
      "You changed a script of this deployment after it was asked for; somebody else has to decide on it.",
    );
  }
  if (!DECIDABLE.has(deployment.state)) {
    throw new DomainError("conflict", "deployment.state", "There is nothing to decide on in this state.", {
      details: { state: deployment.state },
    });
  }
  if (deployment.boundHash !== args.boundHash) throw staleError("page");
  await requireUnchangedScripts(tx, deployment);
  await record(tx, deployment, { ...args, userId, userLabel: await personName(tx, actor) });
  const status = await approvalStatus(tx, approvalSubject(deployment));
  await tx.deployment.update({ where: { id: deploymentId }, data: { approvalsNeeded: status.needed } });
  await settleState(tx, deployment, status);
  return status;
}

/** Only people decide: a token acts for nobody. */
function requirePerson(actor: Actor): string {
  if (actor.kind === "user" && actor.userId !== null) return actor.userId;
  throw new DomainError(
    "forbidden",
    "deployment.person",
    "Only a person who is signed in can decide; a token cannot.",
  );
}

async function record(
  tx: Tx,
  deployment: LoadedDeployment,
  decision: {
    userId: string;
    userLabel: string;
    decision: string;
    boundHash: string;
    comment: string | null;
  },
): Promise<void> {
  const key = { deploymentId: deployment.id, userId: decision.userId, boundHash: decision.boundHash };
  const before = await tx.approval.findUnique({ where: { deploymentId_userId_boundHash: key } });
  if (before?.decision === decision.decision) {
    throw new DomainError("conflict", "deployment.decided", "You have decided this already.", {
      details: { at: before.createdAt.toISOString() },
    });
  }
  await tx.approval.upsert({
    where: { deploymentId_userId_boundHash: key },
    create: { deploymentId: deployment.id, ...decision },
    update: { ...decision, createdAt: new Date() },
  });
}

async function settleState(tx: Tx, deployment: LoadedDeployment, status: ApprovalStatus): Promise<void> {
  if (status.complete && deployment.state === "awaiting_approval")
    await moveDeployment(tx, deployment.id, "approvals_complete");
  else if (!status.complete && deployment.state !== "awaiting_approval")
    await moveDeployment(tx, deployment.id, "approvals_lost");
  else await touchDeployment(tx, deployment.id);
}
