import { z } from "zod";
import { defineOperation } from "../define";
import { scopeOfEnvironment } from "../project/find";

export const DriftPolicyInput = z
  .object({
    beforeDeployment: z.enum(["off", "warn", "block"]).optional(),
    everyMinutes: z.number().int().min(5).max(43_200).nullable().optional(),
    ignoreOwners: z.boolean().optional(),
    ignoreGrants: z.boolean().optional(),
    ignoreComments: z.boolean().optional(),
    ignoreStatistics: z.boolean().optional(),
    ignoreSchemas: z.array(z.string().trim().min(1).max(63)).max(100).optional(),
  })
  .strict();

/** What an environment makes of drift. What is not named keeps its default. */
export const updateDriftPolicy = defineOperation({
  name: "drift.policy",
  permission: "drift.policy",
  input: z.object({ environmentId: z.uuid(), policy: DriftPolicyInput }),
  audit: "change",
  scope: ({ db, input: { environmentId } }) => scopeOfEnvironment(db, environmentId),
  run: async ({ ctx, input: { environmentId, policy } }) => {
    const before = await ctx.db.environment.findUniqueOrThrow({
      where: { id: environmentId },
      select: { driftPolicy: true },
    });
    await ctx.db.environment.update({
      where: { id: environmentId },
      data: { driftPolicy: JSON.parse(JSON.stringify(policy)) },
    });
    ctx.note({ before: JSON.stringify(before.driftPolicy), after: JSON.stringify(policy) });
    return { environmentId };
  },
});
