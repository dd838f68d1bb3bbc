import { z } from "zod";
import { defineOperation } from "../define";
import { planTarget } from "./plan-target";
import { targetScope } from "./scope";
import { findUnsavedTexts } from "./unsaved-texts";

export const planInput = z.object({
  targetId: z.uuid(),
  direction: z.enum(["up", "down"]).default("up"),
  /** up: version or file name, it and everything before. down: what stays applied; "0": nothing. */
  to: z.string().min(1).max(300).optional(),
  steps: z.coerce.number().int().min(1).max(10_000).optional(),
  /** File names of drafts to take along. */
  drafts: z.array(z.string().max(300)).max(1000).default([]),
});

/** What a deployment would do, by the target's ledger as it is now; makes nothing. */
export const planDeployment = defineOperation({
  name: "deployment.plan",
  permission: "deployment.read",
  input: planInput,
  audit: "none",
  scope: targetScope,
  run: async ({ ctx, input }) => {
    const plan = await planTarget(ctx.db, input);
    return {
      migrations: plan.planned,
      problems: plan.problems,
      conflicts: plan.status.conflicts,
      fromVersion: plan.fromVersion,
      toVersion: plan.toVersion,
      unsaved: await findUnsavedTexts(ctx.db, {
        targetId: input.targetId,
        filenames: plan.planned.map((one) => one.filename),
        userId: ctx.actor.userId,
      }),
      drafts: plan.otherDrafts.map(({ filename, version, name }) => ({ filename, version, name })),
    };
  },
});
