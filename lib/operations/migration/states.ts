import type { MigrationState } from "../../core/migration/types";

/** What the mirror of a ledger says about a migration. */
export interface MirrorRow {
  state: string;
  checksum: string | null;
  appliedAt: Date | null;
  appliedBy: string | null;
  executionMs: number | null;
  error: string | null;
}

/**
 * The state to show: the mirror's, brought up to date with what was edited or created since it was read. (Changes of
 * migrations refresh the mirrors, on which the list's filter rests: both say the same.)
 * @param row undefined: the mirror does not know the migration
 */
export function effectiveState(
  migration: { checksum: string; kind: string },
  row: MirrorRow | undefined,
): MigrationState {
  if (!row) return "pending";
  if (!HELD_STATES.has(row.state)) return row.state as MigrationState;
  if (row.checksum === null || row.checksum === migration.checksum) return "applied";
  return migration.kind === "repeatable" ? "pending" : "changed";
}

/** States in which the target holds the migration; which of them it is depends on the script of today. */
const HELD_STATES: ReadonlySet<string> = new Set(["applied", "changed", "missing"]);

/** States that forbid to delete or rename a migration: the target has it, or may have it. */
export const APPLIED_STATES = ["applied", "changed", "missing", "in_doubt"];
