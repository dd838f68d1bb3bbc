import { z } from "zod";
import { defineOperation } from "../define";
import { boundHashInput } from "./approve";
import { decide } from "./decide";
import { deploymentIdOf, deploymentScope, withDeployment } from "./scope";

/** Asks for changes; until this person approves or the scripts change it does not run. @throws DomainError of decide */
export const requestChanges = defineOperation({
  name: "deployment.request_changes",
  permission: "deployment.approve",
  input: withDeployment({ boundHash: boundHashInput, comment: z.string().trim().min(1).max(4000) }),
  audit: "change",
  scope: deploymentScope,
  run: async ({ ctx, input, scope }) => {
    const { boundHash, comment } = input;
    const status = await decide(ctx.db, ctx.actor, deploymentIdOf(scope), {
      decision: "changes_requested",
      boundHash,
      comment,
    });
    ctx.note({ boundHash });
    return { given: status.given, needed: status.needed, complete: status.complete };
  },
});
