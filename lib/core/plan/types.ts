import type { MigrationSource, MigrationState } from "../migration/types";

/**
 * What the current row of a ledger says.
 * `running`: begun outside of one transaction and not finished; with no runner at work it was interrupted.
 * `in_doubt`: a runner could not establish whether a statement took effect; a person settles it.
 * `baseline`: recorded as applied without having been run.
 */
export type LedgerStatus = "running" | "applied" | "failed" | "reverted" | "baseline" | "in_doubt";

/** How far a migration came that does not run as one transaction. */
export interface LedgerSteps {
  total: number;
  /** Hash of the text of every statement that is done, in order. */
  done: string[];
  /** Index (from 1) of a statement that was begun outside of a transaction and has no outcome yet. */
  current?: number;
  /** Evidence of an unclear outcome, in words. */
  evidence?: string;
  /** How far the statements came that are repeated in batches; those of a finished one stay for the record. */
  batches?: BatchProgress[];
}

export interface BatchProgress {
  /** Index of the statement, from 1. */
  statement: number;
  /** Times that it was committed and had changed something. */
  batches: number;
  /** Rows that it changed, all in all. */
  rows: number;
}

/** Whether something of a migration that did not come to its end is in effect. */
export function isPartlyDone(steps: LedgerSteps | null | undefined): boolean {
  return (steps?.done.length ?? 0) > 0 || (steps?.batches?.length ?? 0) > 0;
}

/** A row of dbmigrator.migrations_log as programs see it. */
export interface LedgerRow {
  id: string;
  service: string;
  filename: string;
  version: string;
  name: string;
  kind: "versioned" | "repeatable";
  direction: "up" | "down";
  status: LedgerStatus;
  checksum: string;
  appliedAt: Date;
  appliedBy: string;
  executionMs: number | null;
  errorMessage: string | null;
  runId: string | null;
  steps: LedgerSteps | null;
  schemaFingerprint: string | null;
  hasRollback: boolean;
}

/** One migration on one target. */
export interface MigrationStatus {
  service: string;
  filename: string;
  version: string;
  name: string;
  kind: "versioned" | "repeatable";
  state: MigrationState;
  /** Of the script as it is now; of the ledger when there is no script any more. */
  checksum: string;
  appliedChecksum: string | null;
  appliedAt: string | null;
  appliedBy: string | null;
  executionMs: number | null;
  errorMessage: string | null;
  runId: string | null;
  hasDown: boolean;
  /** Of the current row; a half-way `down` is no business of `up`. */
  direction: "up" | "down";
  /** Begun, left half-way and to be resumed by the next run. */
  resumable: boolean;
  steps: LedgerSteps | null;
}

export type ConflictCode =
  | "changed"
  | "missing"
  | "out_of_order"
  | "duplicate_version"
  | "failed"
  | "in_doubt"
  | "requires_missing"
  | "requires_cycle"
  | "other_service";

/** Something about the order or the scripts that a person should know before the next run. */
export interface Conflict {
  code: ConflictCode;
  /** Whether it keeps a run from being planned unless allowed. */
  blocking: boolean;
  service: string;
  filename: string;
  message: string;
  hint?: string;
}

/** What a target's ledger and the scripts say together. */
export interface TargetStatus {
  /** The latest applied version, by the order of application; null: nothing applied. */
  current: string | null;
  counts: Record<MigrationState, number>;
  migrations: MigrationStatus[];
  conflicts: Conflict[];
}

/** A migration that a plan takes, with its script. */
export interface PlanStep {
  migration: MigrationSource;
  direction: "up" | "down";
}
