import { z } from "zod";
import { requireRole } from "../../access/check";
import { nextState } from "../../core/policy/state-machine";
import { DomainError } from "../../errors";
import { enqueue } from "../../queue/queue";
import { defineOperation } from "../define";
import { approvalStatus } from "./approval-count";
import { approvalSubject, type LoadedDeployment, loadDeployment } from "./load";
import { lockDeployment, moveDeployment, stateConflict } from "./move";
import { personName } from "./person-name";
import { deploymentAhead } from "./queue-position";
import { deploymentIdOf, deploymentScope, withDeployment } from "./scope";
import { requireUnchangedScripts, staleError } from "./scripts-unchanged";

/**
 * Starts what was checked and approved. Every name of what is destroyed is typed by the one who starts it.
 * @throws DomainError conflict `deployment.state`, `deployment.stale`, `deployment.queue`; precondition
 *   `deployment.approvals`, `deployment.confirm`; forbidden when a rollback needs another role
 */
export const runDeployment = defineOperation({
  name: "deployment.run",
  permission: "deployment.run",
  input: withDeployment({
    boundHash: z.string().max(64),
    confirm: z.array(z.string().max(300)).max(1000).default([]),
  }),
  audit: "change",
  scope: deploymentScope,
  prepare: async ({ db, scope, actor }) => {
    const { direction } = await loadDeployment(db, deploymentIdOf(scope));
    if (direction === "down") await requireRole(db, actor, "deployment.rollback", scope);
  },
  run: async ({ ctx, input, scope }) => {
    const id = deploymentIdOf(scope);
    const userId = ctx.actor.userId;
    if (userId === null)
      throw new DomainError("forbidden", "deployment.person", "Only a person can start a deployment.");
    await lockDeployment(ctx.db, id);
    const deployment = await loadDeployment(ctx.db, id);
    const { state } = deployment;
    // While approvals are missing, that is the reason that helps; everything else about a state is said first.
    if (state !== "awaiting_approval" && !nextState(state, "enqueue")) throw stateConflict(state, "enqueue");
    requireConfirmed(deployment, input.confirm);
    if (deployment.boundHash !== input.boundHash) throw staleError("page");
    await requireUnchangedScripts(ctx.db, deployment);
    const ahead = await deploymentAhead(ctx.db, deployment);
    if (ahead) throw queueError(ahead.number);
    const status = await approvalStatus(ctx.db, approvalSubject(deployment));
    if (!status.complete) throw approvalsError(status);
    await moveDeployment(ctx.db, id, "enqueue", { approvalsNeeded: status.needed });
    const attempt = (await ctx.db.run.count({ where: { deploymentId: id } })) + 1;
    const run = await ctx.db.run.create({
      data: {
        ...{ deploymentId: id, targetId: deployment.targetId, projectId: deployment.projectId, attempt },
        ...{ startedBy: userId, startedByLabel: await personName(ctx.db, ctx.actor) },
      },
      select: { id: true, attempt: true },
    });
    await enqueue(ctx.db, "deployment.run", { runId: run.id });
    ctx.note({ run: run.id, attempt, boundHash: input.boundHash, confirmed: deployment.destroys });
    return { runId: run.id, attempt: run.attempt };
  },
});

function requireConfirmed(deployment: LoadedDeployment, typed: readonly string[]): void {
  const missing = deployment.destroys.filter((name) => !typed.includes(name));
  if (missing.length === 0) return;
  throw new DomainError(
    "precondition",
    "deployment.confirm",
    `Type the name of what is destroyed: ${missing.join(", ")}.`,
    {
      details: { missing, names: missing.join(", ") },
    },
  );
}

function queueError(number: number): DomainError {
  return new DomainError(
    "conflict",
    "deployment.queue",
    `Deployment ${number} of the same target comes first.`,
    {
      details: { number },
      hint: `Run or cancel deployment ${number}.`,
    },
  );
}

function approvalsError(status: { given: number; needed: number; changesRequested: boolean }): DomainError {
  const { given, needed, changesRequested } = status;
  return changesRequested
    ? new DomainError("precondition", "deployment.changes_requested", "Somebody asked for changes.", {
        details: { given, needed },
      })
    : new DomainError("precondition", "deployment.approvals", `It has ${given} of ${needed} approvals.`, {
        details: { given, needed },
      });
}
