import { z } from "zod";
import { DomainError } from "../../errors";
import { defineOperation } from "../define";
import { touchDeployment } from "./move";
import { personName } from "./person-name";
import { deploymentIdOf, deploymentScope, withDeployment } from "./scope";

/** Says something about a deployment to those who look at it. */
export const commentDeployment = defineOperation({
  name: "deployment.comment",
  permission: "deployment.comment",
  input: withDeployment({ body: z.string().trim().min(1).max(4000) }),
  audit: "change",
  scope: deploymentScope,
  run: async ({ ctx, input, scope }) => {
    const { userId } = ctx.actor;
    if (userId === null)
      throw new DomainError("forbidden", "deployment.person", "Only a person can comment.");
    const deploymentId = deploymentIdOf(scope);
    const comment = await ctx.db.deploymentComment.create({
      data: { deploymentId, userId, userLabel: await personName(ctx.db, ctx.actor), body: input.body },
      select: { id: true },
    });
    await touchDeployment(ctx.db, deploymentId);
    return comment;
  },
});
