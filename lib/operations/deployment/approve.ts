import { z } from "zod";
import { defineOperation } from "../define";
import { decide } from "./decide";
import { deploymentIdOf, deploymentScope, withDeployment } from "./scope";

export const boundHashInput = z
  .string()
  .regex(/^[0-9a-f]{64}$/, "The hash of what was looked at, 64 hex digits.");

/** Approves exactly what was looked at: the hash of the page goes with it. @throws DomainError of decide */
export const approveDeployment = defineOperation({
  name: "deployment.approve",
  permission: "deployment.approve",
  input: withDeployment({ boundHash: boundHashInput, comment: z.string().trim().max(4000).optional() }),
  audit: "change",
  scope: deploymentScope,
  run: async ({ ctx, input, scope }) => {
    const comment = input.comment || null;
    const status = await decide(ctx.db, ctx.actor, deploymentIdOf(scope), {
      decision: "approved",
      boundHash: input.boundHash,
      comment,
    });
    ctx.note({ boundHash: input.boundHash, given: status.given, needed: status.needed });
    return { given: status.given, needed: status.needed, complete: status.complete };
  },
});
