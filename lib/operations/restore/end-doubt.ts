import { z } from "zod";
import { DomainError, keepFailure } from "../../errors";
import { defineOperation } from "../define";
import { findKept } from "./find-kept";
import { keptUntil } from "./kept-until";
import { archiveUseRef, scopeOfUse } from "./scope";
import { syncAll } from "./sync-all";

/**
 * Takes a person's word for what became of a restore whose worker was killed, where its server cannot tell any more.
 * The database that it replaced is looked for, so that there is a way back.
 * @throws DomainError conflict `restore.state` when nothing is in doubt about it; those of openConnection
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
  prepare: async ({ db, input }) => {
    const row = await db.restore.findUniqueOrThrow({ where: { id: input.useId } });
    const happened = row.state === "in_doubt" && input.as === "done";
    return { targetId: row.targetId, kept: happened ? await findKept(db, row) : null };
  },
  run: async ({ ctx, input: { useId: id, as, reason }, prepared: { targetId, kept } }) => {
    const by = ctx.actor.label;
    const word = `${by} looked at the database: the restore ${as === "done" ? "happened" : "did not happen"}. ${reason}`;
    const state = as === "done" ? "succeeded" : "failed";
    const said = new DomainError("conflict", "restore.settled", word, { details: { by, as, reason } });
    const { count } = await ctx.db.restore.updateMany({
      where: { id, state: "in_doubt" },
      data: {
        ...{ state, error: { ...keepFailure(said) } },
        ...(kept === null ? {} : { keptDatabase: kept, keptUntil: await keptUntil(ctx.db, targetId) }),
      },
    });
    if (count === 0) throw new DomainError("conflict", "restore.state", "Nothing is in doubt about it.");
    if (targetId) await syncAll(ctx.db, targetId);
    ctx.note({ as, reason, keptDatabase: kept });
    return { state };
  },
});
