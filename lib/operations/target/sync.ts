import { z } from "zod";
import type { MigrationSource } from "../../core/migration/types";
import { computeStatus } from "../../core/plan/state";
import type { TargetStatus } from "../../core/plan/types";
import type { Db } from "../../db/client";
import { Prisma } from "../../db/generated/client";
import { DomainError } from "../../errors";
import { defineOperation } from "../define";
import { readTargetLedger } from "../deployment/read-ledger";
import { targetScope } from "../deployment/scope";

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
  }): Promise<{ syncedAt: string | null; error: SyncError | null }> => {
    const target = await ctx.db.target.findUniqueOrThrow({
      where: { id: targetId },
      select: { serviceId: true, service: { select: { name: true } } },
    });
    try {
      const ledger = await readTargetLedger(ctx.db, targetId);
      const sources = await loadOutlines(ctx.db, target.serviceId, target.service.name);
      const status = computeStatus(
        sources,
        ledger.filter((row) => row.service === target.service.name),
      );
      const syncedAt = new Date();
      await ctx.db.target.update({
        where: { id: targetId },
        data: { ...mirrorOf(status), syncedAt, syncError: Prisma.DbNull },
      });
      return { syncedAt: syncedAt.toISOString(), error: null };
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      const { code, message, hint } = error;
      const syncError = { code, message, ...(hint === undefined ? {} : { hint }) };
      await ctx.db.target.update({ where: { id: targetId }, data: { syncError } });
      return { syncedAt: null, error: syncError };
    }
  },
});

interface SyncError {
  code: string;
  message: string;
  hint?: string;
}

function mirrorOf(status: TargetStatus): Prisma.TargetUncheckedUpdateInput {
  const { counts } = status;
  return {
    status: status as unknown as Prisma.InputJsonValue,
    currentVersion: status.current,
    appliedCount: counts.applied,
    pendingCount: counts.pending + counts.out_of_order,
    failedCount: counts.failed,
    problemCount: counts.changed + counts.missing + counts.out_of_order + counts.in_doubt,
  };
}

/** Migrations without their texts, which the status does not need and which may be megabytes. */
async function loadOutlines(db: Db, serviceId: string, service: string): Promise<MigrationSource[]> {
  const rows = await db.$queryRaw<
    (Omit<MigrationSource, "service" | "up" | "down"> & { hasDown: boolean })[]
  >`
    SELECT filename, version, name, kind, checksum, down IS NOT NULL AS "hasDown"
    FROM migration WHERE service_id = ${serviceId}::uuid AND NOT draft`;
  return rows.map(({ hasDown, ...row }) => ({ ...row, service, up: "", down: hasDown ? "" : null }));
}
