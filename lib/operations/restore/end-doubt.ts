import { z } from "zod";
import { DomainError, keepFailure } from "../../errors";
import { enqueue } from "../../queue/queue";
import { defineOperation } from "../define";
import { archiveUseRef, scopeOfUse } from "./scope";

/**
 * Takes a person's word for what became of a restore whose worker was killed, where its server cannot tell any more.
 * @throws DomainError conflict `restore.state` when nothing is in doubt about it
 */
export const endRestoreDoubt = defineOperation({
  name: "restore.settle",
  permission: "backup.restore",
  input: archiveUseRef.extend({
    as: z.enum(["done", "not_done"]),
    /** How they know; kept with the restore and in the audit trail. */
    reason: z.string().trim().min(1).max(2000),
  }),
  audit: "change",
  scope: scopeOfUse,
  run: async ({ ctx, input: { useId: id, as, reason } }) => {
    const by = ctx.actor.label;
    const word = `${by} looked at the database: the restore ${as === "done" ? "happened" : "did not happen"}. ${reason}`;
    const state = as === "done" ? "succeeded" : "failed";
    const said = new DomainError("conflict", "restore.settled", word, { details: { by, as, reason } });
    const { count } = await ctx.db.restore.updateMany({
      where: { id, state: "in_doubt" },
      data: { state, error: { ...keepFailure(said) } },
    });
    if (count === 0) throw new DomainError("conflict", "restore.state", "Nothing is in doubt about it.");
    const { targetId } = await ctx.db.restore.findUniqueOrThrow({
      where: { id },
      select: { targetId: true },
    });
    if (targetId) await enqueue(ctx.db, "target.sync", { targetId });
    ctx.note({ as, reason });
    return { state };
  },
});
