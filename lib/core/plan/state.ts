import { readDirectives } from "../migration/directives";
import type { MigrationSource, MigrationState } from "../migration/types";
import { compareMigrations } from "../migration/version";
import { findConflicts, findOtherNames } from "./conflicts";
import { isPartlyDone, type LedgerRow, type MigrationStatus, type TargetStatus } from "./types";

export type { TargetStatus } from "./types";

/** The key of a migration on a target that several services share. */
export function migrationKey(migration: { service: string; filename: string }): string {
  return `${migration.service}/${migration.filename}`;
}

/** Whether a row means that the up script is in effect. */
export function isApplied(row: LedgerRow | undefined): boolean {
  return row?.status === "applied" || row?.status === "baseline";
}

/** Whether something of it may be in effect and something not. */
export function isUnfinished(row: LedgerRow): boolean {
  return (
    row.status === "running" ||
    row.status === "in_doubt" ||
    (row.status === "failed" && row.direction === "down")
  );
}

/**
 * What is applied, pending, failed, changed, missing, out of order or in doubt on one target.
 *
 * @param migrations scripts as they are now (drafts left out)
 * @param ledger the current row of each migration; rows of services without a script here are left out when
 *   `migrations` names other services, since they are managed from somewhere else
 */
export function computeStatus(
  migrations: readonly MigrationSource[],
  ledger: readonly LedgerRow[],
): TargetStatus {
  const rows = new Map(ledger.map((row) => [migrationKey(row), row]));
  const services = new Set(migrations.map((migration) => migration.service));
  const known = new Set(migrations.map(migrationKey));
  const latest = latestApplied(ledger);

  const statuses = migrations
    .filter((one) => !isOfNoConcern(one, rows))
    .map((migration) => {
      const row = rows.get(migrationKey(migration));
      return toStatus(migration, row, stateOf(migration, row, latest.get(migration.service)));
    });
  for (const row of ledger) {
    if (known.has(migrationKey(row)) || row.status === "reverted") continue;
    if (services.size > 0 && !services.has(row.service)) continue;
    if (isApplied(row) || isUnfinished(row)) statuses.push(fromRow(row));
  }
  statuses.sort(compareStatuses);

  const counts = countStates(statuses);
  return {
    current: currentVersion(ledger, services),
    counts,
    migrations: statuses,
    conflicts: [...findOtherNames(migrations, ledger.filter(isApplied)), ...findConflicts(statuses)],
  };
}

/** What takes back drift runs where it is named; nowhere else is it pending. */
function isOfNoConcern(migration: MigrationSource, rows: ReadonlyMap<string, LedgerRow>): boolean {
  return !rows.has(migrationKey(migration)) && readDirectives(migration.up).directives.revertsDrift;
}

function stateOf(
  migration: MigrationSource,
  row: LedgerRow | undefined,
  latest: LedgerRow | undefined,
): MigrationState {
  if (row?.status === "running" || row?.status === "in_doubt") return "in_doubt";
  if (row?.status === "failed") return "failed";
  if (row && isApplied(row)) {
    if (row.checksum === migration.checksum) return "applied";
    // A repeatable migration whose script changed is due again, which is no conflict.
    return migration.kind === "repeatable" ? "pending" : "changed";
  }
  if (migration.kind === "versioned" && latest && compareMigrations(migration, latest) < 0)
    return "out_of_order";
  return "pending";
}

function latestApplied(ledger: readonly LedgerRow[]): Map<string, LedgerRow> {
  const latest = new Map<string, LedgerRow>();
  for (const row of ledger) {
    if (row.kind !== "versioned" || !isApplied(row)) continue;
    const other = latest.get(row.service);
    if (!other || compareMigrations(row, other) > 0) latest.set(row.service, row);
  }
  return latest;
}

function currentVersion(ledger: readonly LedgerRow[], services: ReadonlySet<string>): string | null {
  const rows = [...latestApplied(ledger).values()].filter(
    (row) => services.size === 0 || services.has(row.service),
  );
  return (
    rows.reduce<LedgerRow | null>(
      (best, row) => (best && compareMigrations(row, best) < 0 ? best : row),
      null,
    )?.version ?? null
  );
}

function toStatus(
  migration: MigrationSource,
  row: LedgerRow | undefined,
  state: MigrationState,
): MigrationStatus {
  const { service, filename, version, name, kind, checksum } = migration;
  const base = row ? fromRow(row) : emptyStatus;
  return {
    ...base,
    service,
    filename,
    version,
    name,
    kind,
    state,
    checksum,
    hasDown: migration.down !== null,
  };
}

const emptyStatus = {
  appliedChecksum: null,
  appliedAt: null,
  appliedBy: null,
  executionMs: null,
  errorMessage: null,
  runId: null,
  direction: "up" as const,
  resumable: false,
  steps: null,
};

function fromRow(row: LedgerRow): MigrationStatus {
  const { service, filename, version, name, kind, checksum, steps } = row;
  const effective = isApplied(row);
  return {
    ...{ service, filename, version, name, kind, checksum, steps },
    state: isUnfinished(row) ? "in_doubt" : "missing",
    appliedChecksum: effective ? checksum : null,
    appliedAt: row.status === "reverted" ? null : row.appliedAt.toISOString(),
    appliedBy: row.status === "reverted" ? null : row.appliedBy,
    executionMs: row.executionMs,
    errorMessage: row.errorMessage,
    runId: row.runId,
    direction: row.direction,
    hasDown: row.hasRollback,
    resumable: row.status === "running" || (row.status === "failed" && isPartlyDone(steps)),
  };
}

function countStates(statuses: readonly MigrationStatus[]): Record<MigrationState, number> {
  const counts: Record<MigrationState, number> = {
    ...{ applied: 0, pending: 0, failed: 0, changed: 0 },
    ...{ missing: 0, out_of_order: 0, in_doubt: 0 },
  };
  for (const status of statuses) counts[status.state]++;
  return counts;
}

function compareStatuses(a: MigrationStatus, b: MigrationStatus): number {
  if (a.service !== b.service) return a.service < b.service ? -1 : 1;
  if (a.kind !== b.kind) return a.kind === "versioned" ? -1 : 1;
  return compareMigrations(a, b);
}
