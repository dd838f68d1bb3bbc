import { z } from "zod";
import { computeStatus } from "../../core/plan/state";
import type { TargetStatus } from "../../core/plan/types";
import type { Db } from "../../db/client";
import { Prisma } from "../../db/generated/client";
import { DomainError } from "../../errors";
import { openConnection } from "../../postgres/connect";
import { readLedger } from "../../postgres/ledger";
import { defineOperation } from "../define";
import { loadMigrationSources } from "../migration/load";
import { noSuch, scopeOfTarget } from "../project/find";
import { specOf } from "./spec";

/** What a reading of a ledger left in the mirror. */
export interface SyncResult {
  current: string | null;
  applied: number;
  pending: number;
  failed: number;
  /** changed, missing, out of order, in doubt. */
  problems: number;
  /** Set when the ledger could not be read; the figures are then those of the last reading. */
  error: { code: string; message: string; hint?: string } | null;
}

/**
 * Reads the ledger of a target and renews its mirror. A target that cannot be read is no failure of this
 * operation: the reason is stored and answered.
 */
export const syncTarget = defineOperation({
  name: "target.sync",
  permission: "target.read",
  input: z.object({ targetId: z.uuid() }),
  // The mirror is no decision of anybody: it is renewed after every run and every quarter of an hour.
  audit: "none",
  scope: ({ db, input: { targetId } }) => scopeOfTarget(db, targetId),
  run: ({ ctx, input: { targetId } }) => readIntoMirror(ctx.db, targetId),
});

async function readIntoMirror(db: Db, targetId: string): Promise<SyncResult> {
  const target = await db.target.findUnique({ where: { id: targetId }, include: { service: true } });
  if (!target) throw noSuch("target");
  const read = async () => {
    const client = await openConnection(specOf(target));
    try {
      return await readLedger(client, target.service.name);
    } finally {
      await client.end().catch(() => undefined);
    }
  };
  try {
    const ledger = await read();
    const status = computeStatus(await loadMigrationSources(db, target.serviceId, { drafts: false }), ledger);
    return await store(db, targetId, status);
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    const { code, message, hint } = error;
    const syncError = { code, message, ...(hint ? { hint } : {}) };
    const row = await db.target.update({ where: { id: targetId }, data: { syncError } });
    return {
      current: row.currentVersion,
      applied: row.appliedCount,
      pending: row.pendingCount,
      failed: row.failedCount,
      problems: row.problemCount,
      error: syncError,
    };
  }
}

async function store(db: Db, targetId: string, status: TargetStatus): Promise<SyncResult> {
  const { counts } = status;
  const result = {
    current: status.current,
    applied: counts.applied,
    pending: counts.pending + counts.out_of_order,
    failed: counts.failed,
    problems: counts.changed + counts.missing + counts.out_of_order + counts.in_doubt,
    error: null,
  };
  await db.target.update({
    where: { id: targetId },
    data: {
      status: JSON.parse(JSON.stringify(status)) as Prisma.InputJsonObject,
      currentVersion: result.current,
      appliedCount: result.applied,
      pendingCount: result.pending,
      failedCount: result.failed,
      problemCount: result.problems,
      syncedAt: new Date(),
      syncError: Prisma.DbNull,
    },
  });
  return result;
}
