import { z } from "zod";
import type { Db } from "../../db/client";
import { DomainError } from "../../errors";
import { defineOperation, type Scope } from "../define";
import { appliedBy } from "./applied-by";
import { insertDeployment, requireSteps } from "./insert";
import { loadDeployment } from "./load";
import { planTarget, type TargetPlan } from "./plan-target";
import { deploymentScope, targetScope } from "./scope";

const reason = z.string().trim().max(4000).optional();
/** Rows that the migrations took away return where they were kept; default true. */
const putBack = z.boolean().default(true);

/** Back to before a deployment, or a target back to a version (`to`: what stays applied, "0": nothing) or by steps. */
export const rollbackInput = z.union([
  z.object({ deploymentId: z.uuid(), reason, putBack }),
  z.object({
    project: z.string().min(1).max(100),
    number: z.coerce.number().int().positive(),
    reason,
    putBack,
  }),
  z.object({
    targetId: z.uuid(),
    to: z.string().min(1).max(300).optional(),
    steps: z.coerce.number().int().min(1).max(10_000).optional(),
    reason,
    putBack,
  }),
]);
type RollbackInput = z.infer<typeof rollbackInput>;

/**
 * Asks for the way back, as a deployment of direction down: checked, approved and run like any other. In a
 * protected environment it takes an admin and a reason.
 * @throws DomainError validation `reason`; precondition `deployment.nothing_applied`, `deployment.not_last`,
 *   `plan.no_down` …
 */
export const rollbackDeployment = defineOperation({
  name: "deployment.rollback",
  permission: "deployment.rollback",
  input: rollbackInput,
  audit: "change",
  scope: async ({ db, input }: { db: Db; input: RollbackInput }): Promise<Scope> =>
    "targetId" in input ? targetScope({ db, input }) : deploymentScope({ db, input }),
  prepare: async ({ db, input, scope }) => {
    if (scope.environment?.protected && !input.reason) {
      throw new DomainError(
        "validation",
        "deployment.reason",
        "Say why: going back in a protected environment needs a reason.",
        {
          details: { fields: [{ field: "reason", message: "Say why it is rolled back." }] },
        },
      );
    }
    const prepared =
      "targetId" in input ? await planTargetBack(db, input) : await planBack(db, scope, input.putBack);
    requireSteps(prepared.plan, scope.environment?.name ?? "");
    return prepared;
  },
  run: async ({ ctx, input, scope, prepared }) => {
    const { plan, targetId, promotedFromId } = prepared;
    const made = await insertDeployment(ctx.db, ctx.actor, {
      ...{ projectId: scope.projectId ?? "", targetId, direction: "down", plan, promotedFromId },
      putBack: input.putBack,
      reason: input.reason,
    });
    ctx.note({
      number: made.number,
      to: plan.toVersion,
      reason: input.reason ?? null,
      putBack: input.putBack,
    });
    return made;
  },
});

interface Back {
  plan: TargetPlan;
  targetId: string;
  promotedFromId?: string;
}

async function planTargetBack(db: Db, input: Extract<RollbackInput, { targetId: string }>): Promise<Back> {
  const { targetId, to, steps, putBack } = input;
  return { targetId, plan: await planTarget(db, { targetId, direction: "down", to, steps, putBack }) };
}

/** Reverts what a deployment has applied and is still in effect, as long as nothing was applied on top of it. */
async function planBack(db: Db, scope: Scope, putBack: boolean): Promise<Back> {
  const source = await loadDeployment(db, scope.resource.id ?? "");
  const only = await appliedBy(db, source);
  const { targetId } = source;
  const plan = await planTarget(db, { targetId, direction: "down", putBack, only });
  if (plan.steps.length === 0 && plan.problems.length === 0) {
    throw new DomainError(
      "precondition",
      "deployment.nothing_applied",
      "Nothing that this deployment applied is in effect.",
      { details: { state: source.state } },
    );
  }
  const foreign = plan.problems.find((problem) => problem.code === "not_last");
  if (foreign) {
    throw new DomainError("precondition", "deployment.not_last", foreign.message, {
      details: { filename: foreign.filename },
      hint: "Roll back the later deployment first, or roll back the target by steps.",
    });
  }
  return { plan, targetId, promotedFromId: source.id };
}
