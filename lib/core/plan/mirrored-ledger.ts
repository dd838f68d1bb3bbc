import type { LedgerRow, LedgerStatus, MigrationStatus, TargetStatus } from "./types";

/**
 * What a status says about the ledger that it was made from, so that it can be computed anew when only the scripts
 * have changed and the target need not be asked. `computeStatus(scripts, ledgerOf(status))` equals the status that
 * the ledger itself would give; what a status does not tell (row ids, fingerprints) is left empty.
 */
export function ledgerOf(status: TargetStatus): LedgerRow[] {
  return status.migrations.flatMap((one) => {
    const said = statusOf(one);
    return said ? [toRow(one, said)] : [];
  });
}

/** null: the ledger has no row that is current. */
function statusOf(one: MigrationStatus): LedgerStatus | null {
  if (one.appliedChecksum !== null) return "applied";
  if (one.state === "in_doubt") return one.resumable ? "running" : "in_doubt";
  if (one.state === "failed") return "failed";
  // Nothing of a row that was taken back counts, but what its last run took is still told.
  return one.runId === null && one.executionMs === null && one.errorMessage === null ? null : "reverted";
}

function toRow(one: MigrationStatus, status: LedgerStatus): LedgerRow {
  const { service, filename, version, name, kind, direction, executionMs, errorMessage, runId, steps } = one;
  return {
    ...{ id: "", service, filename, version, name, kind, direction, status },
    checksum: one.appliedChecksum ?? one.checksum,
    appliedAt: new Date(one.appliedAt ?? 0),
    appliedBy: one.appliedBy ?? "",
    ...{ executionMs, errorMessage, runId, steps },
    schemaFingerprint: null,
    hasRollback: one.hasDown,
  };
}
