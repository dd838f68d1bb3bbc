import type { Actor } from "../../access/actor";
import type { Tx } from "../../db/client";
import type { Prisma } from "../../db/generated/client";
import { DomainError } from "../../errors";
import { takeDrafts } from "../migration/take-drafts";
import { personName } from "./person-name";
import type { TargetPlan } from "./plan-target";
import { startCheck } from "./start-check";

export interface NewDeployment {
  id: string;
  number: number;
  project: string;
}

/** Writes a deployment with its plan, takes its drafts out of drafting and asks for the check. */
export async function insertDeployment(
  tx: Tx,
  actor: Actor,
  args: {
    projectId: string;
    targetId: string;
    direction: "up" | "down";
    plan: TargetPlan;
    reason?: string | undefined;
    promotedFromId?: string | undefined;
    putBack?: boolean;
  },
): Promise<NewDeployment> {
  if (actor.userId === null)
    throw new DomainError("forbidden", "deployment.person", "Only a person can ask for a deployment.");
  const project = await tx.project.update({
    where: { id: args.projectId },
    data: { nextDeployment: { increment: 1 } },
    select: { nextDeployment: true, slug: true },
  });
  const number = project.nextDeployment - 1;
  const deployment = await tx.deployment.create({
    data: {
      projectId: args.projectId,
      number,
      targetId: args.targetId,
      direction: args.direction,
      fromVersion: args.plan.fromVersion,
      toVersion: args.plan.toVersion,
      plan: args.plan.planned as unknown as Prisma.InputJsonValue,
      reason: args.reason ?? null,
      promotedFromId: args.promotedFromId ?? null,
      putBack: args.putBack ?? false,
      createdBy: actor.userId,
      createdByLabel: await personName(tx, actor),
    },
  });
  const drafts = args.plan.drafts.map((draft) => draft.id);
  if (drafts.length > 0) {
    const { serviceId } = await tx.target.findUniqueOrThrow({
      where: { id: args.targetId },
      select: { serviceId: true },
    });
    await takeDrafts(tx, serviceId, drafts);
  }
  await startCheck(tx, deployment.id);
  return { id: deployment.id, number, project: project.slug };
}

/** @throws DomainError precondition `deployment.nothing`, or the plan's problem when that is why nothing is left */
export function requireSteps(plan: TargetPlan, environment: string): void {
  if (plan.steps.length > 0) return;
  const problem = plan.problems[0];
  if (problem) {
    throw new DomainError("precondition", `plan.${problem.code}`, problem.message, {
      details: { filename: problem.filename, problems: plan.problems.length },
      ...(problem.hint ? { hint: problem.hint } : {}),
    });
  }
  const drafts = plan.otherDrafts.map((draft) => draft.filename);
  throw new DomainError("precondition", "deployment.nothing", `Nothing is pending on ${environment}.`, {
    details: { environment, drafts, has: drafts.length > 0 ? "drafts" : "nothing" },
    hint:
      drafts.length > 0
        ? "There are drafts: name those that are to be taken along."
        : "Write a migration first.",
  });
}
