import { z } from "zod";
import { computeStatus } from "../../core/plan/state";
import { Prisma } from "../../db/generated/client";
import { DomainError, type KeptFailure, keepFailure } from "../../errors";
import { defineOperation } from "../define";
import { readTargetLedger } from "../deployment/read-ledger";
import { targetScope } from "../deployment/scope";
import { loadOutlines, lockMirror, mirrorOf } from "./mirror";

const TRANSACTION = { timeout: 30_000, maxWait: 15_000 };

/** Reads the ledger of a target into our mirror of it. What keeps it from being read becomes part of the mirror. */
export const syncTarget = defineOperation({
  name: "target.sync",
  permission: "target.read",
  input: z.object({ targetId: z.uuid() }),
  audit: "none",
  scope: targetScope,
  run: async ({
    ctx,
    input: { targetId },
  }): Promise<{ syncedAt: string | null; error: KeptFailure | null }> => {
    const target = await ctx.db.target.findUniqueOrThrow({
      where: { id: targetId },
      select: { serviceId: true, service: { select: { name: true } } },
    });
    try {
      const ledger = await readTargetLedger(ctx.db, targetId);
      const own = ledger.filter((row) => row.service === target.service.name);
      const syncedAt = new Date();
      await ctx.db.$transaction(async (tx) => {
        // Before the migrations are read: whoever changes them meanwhile writes the mirror after this.
        await lockMirror(tx, targetId);
        const status = computeStatus(await loadOutlines(tx, target.serviceId, target.service.name), own);
        await tx.target.update({
          where: { id: targetId },
          data: { ...mirrorOf(status), syncedAt, syncError: Prisma.DbNull },
        });
      }, TRANSACTION);
      return { syncedAt: syncedAt.toISOString(), error: null };
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      const syncError = keepFailure(error);
      await ctx.db.target.update({ where: { id: targetId }, data: { syncError: { ...syncError } } });
      return { syncedAt: null, error: syncError };
    }
  },
});
