import { defineOperation } from "../define";
import { insertDeployment, requireSteps } from "./insert";
import { planInput } from "./plan";
import { planTarget } from "./plan-target";
import { targetScope } from "./scope";

export const createInput = planInput.omit({ direction: true });

/**
 * Asks for a target to be brought to a version. What is planned comes from the target's ledger as it is now; the
 * check that follows looks again. Going back is `deployment.rollback`.
 * @throws DomainError of openConnection; precondition `deployment.nothing`, `plan.<problem>`
 */
export const createDeployment = defineOperation({
  name: "deployment.create",
  permission: "deployment.create",
  input: createInput,
  audit: "change",
  scope: targetScope,
  prepare: async ({ db, input, scope }) => {
    const plan = await planTarget(db, { ...input, direction: "up" });
    requireSteps(plan, scope.environment?.name ?? "");
    return plan;
  },
  run: async ({ ctx, input, scope, prepared: plan }) => {
    const made = await insertDeployment(ctx.db, ctx.actor, {
      projectId: scope.projectId ?? "",
      targetId: input.targetId,
      direction: "up",
      plan,
    });
    ctx.note({
      number: made.number,
      to: plan.toVersion,
      migrations: plan.planned.map((one) => one.filename),
    });
    return made;
  },
});
