import { z } from "zod";
import { defineOperation } from "../define";
import { scopeOfTarget } from "../project/find";
import { askForCheck } from "./ask";

/** Asks a worker to look whether a target is still what its ledger says. */
export const checkDrift = defineOperation({
  name: "drift.check",
  permission: "drift.check",
  input: z.object({ targetId: z.uuid() }),
  audit: "change",
  scope: ({ db, input: { targetId } }) => scopeOfTarget(db, targetId),
  run: async ({ ctx, input: { targetId } }): Promise<{ targetId: string; askedAt: string }> => {
    const askedAt = await askForCheck(ctx.db, targetId);
    return { targetId, askedAt: askedAt.toISOString() };
  },
});
