import type { MigrationSource } from "../../core/migration/types";
import { ledgerOf } from "../../core/plan/mirrored-ledger";
import { computeStatus } from "../../core/plan/state";
import type { TargetStatus } from "../../core/plan/types";
import type { Tx } from "../../db/client";
import type { Prisma } from "../../db/generated/client";

/**
 * Brings the mirrors of a service's targets up to date with its migrations, in the transaction that changed them:
 * what is pending is told at once and not after the next reading of the ledger. Targets that were never read stay
 * unknown.
 */
export async function refreshMirrors(tx: Tx, serviceId: string): Promise<void> {
  const targets = await tx.$queryRaw<{ id: string; status: TargetStatus }[]>`
    SELECT id, status FROM target WHERE service_id = ${serviceId}::uuid AND status IS NOT NULL
    ORDER BY id FOR NO KEY UPDATE`;
  if (targets.length === 0) return;
  const { name } = await tx.service.findUniqueOrThrow({ where: { id: serviceId }, select: { name: true } });
  const outlines = await loadOutlines(tx, serviceId, name);
  for (const { id, status } of targets) {
    await tx.target.update({ where: { id }, data: mirrorOf(computeStatus(outlines, ledgerOf(status))) });
  }
}

/** Waits until nobody else writes the mirror of this target, and keeps others from it until the transaction ends. */
export async function lockMirror(tx: Tx, targetId: string): Promise<void> {
  await tx.$queryRaw`SELECT id FROM target WHERE id = ${targetId}::uuid FOR NO KEY UPDATE`;
}

/** The columns of a target that mirror its ledger. */
export function mirrorOf(status: TargetStatus): Prisma.TargetUncheckedUpdateInput {
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
export async function loadOutlines(tx: Tx, serviceId: string, service: string): Promise<MigrationSource[]> {
  const rows = await tx.$queryRaw<
    (Omit<MigrationSource, "service" | "up" | "down"> & { hasDown: boolean; byName: boolean })[]
  >`
    SELECT filename, version, name, kind, checksum, down IS NOT NULL AS "hasDown",
      strpos(left(up, 300), 'reverts-drift') > 0 AS "byName"
    FROM migration WHERE service_id = ${serviceId}::uuid AND NOT draft`;
  return rows.map(({ hasDown, byName, ...row }) => {
    // The one directive that decides whether it is pending at all.
    const up = byName ? "-- dbmigrator: reverts-drift" : "";
    return { ...row, service, up, down: hasDown ? "" : null };
  });
}
