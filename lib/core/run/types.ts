import type { KeptFailure } from "../../errors";
import type { SchemaChange } from "../diff/describe";
import type { Finding, Severity } from "../risk/types";
import type { LockMode, StatementFacts } from "../sql/types";

export type DeploymentState =
  | "draft"
  | "checking"
  | "ready"
  | "blocked"
  | "awaiting_approval"
  | "approved"
  | "queued"
  | "running"
  | "succeeded"
  | "failed"
  | "cancelled"
  | "in_doubt";

/** A migration as a deployment plans it. */
export interface PlannedMigration {
  service: string;
  filename: string;
  version: string;
  name: string;
  direction: "up" | "down";
  checksum: string;
  transaction: "one" | "none" | "own";
  /** Out of order: the version that is applied already although it comes after this one. */
  after?: string;
}

/** PostgreSQL's own words, with the place in our script. */
export interface PostgresFailure {
  sqlState: string;
  message: string;
  detail?: string;
  hint?: string;
  migration?: string;
  /** Index of the statement within the migration, from 1. */
  statement?: number;
  line?: number;
  column?: number;
  /** These are our own words and not PostgreSQL's, and how to tell them in another language. */
  own?: KeptFailure;
}

export interface Blocker {
  pid: number;
  user: string | null;
  application: string | null;
  state: string | null;
  /** Seconds since its transaction began. */
  sinceSeconds: number | null;
  query: string | null;
  relation: string | null;
  mode: string | null;
}

/** What the runner tells while it works; the worker stores it, the CLI prints it. */
export type RunEvent =
  | { type: "lock.wait"; holder: Blocker | null; waitedMs: number }
  | { type: "lock.acquired"; waitedMs: number }
  | {
      type: "migration.start";
      position: number;
      migration: string;
      statements: number;
      attempt: number;
      transaction: "one" | "none" | "own";
    }
  | { type: "statement.start"; migration: string; statement: number; line: number; sql: string }
  | { type: "statement.done"; migration: string; statement: number; durationMs: number; rows: number | null }
  /** One of the times that a statement below `batch` ran, committed; the totals count earlier runs too. */
  | {
      type: "statement.batch";
      migration: string;
      statement: number;
      batches: number;
      rows: number;
      batchRows: number;
      durationMs: number;
      pauseMs: number;
    }
  | { type: "statement.blocked"; migration: string; statement: number; waitedMs: number; blockers: Blocker[] }
  | { type: "statement.failed"; migration: string; statement: number; failure: PostgresFailure }
  | {
      type: "migration.undone";
      migration: string;
      reason: "lock_timeout" | "error" | "cancelled";
      /** Only these statements; the ones before are committed. */
      unit?: { from: number; to: number };
    }
  | {
      type: "migration.retry";
      migration: string;
      attempt: number;
      of: number;
      inMs: number;
      blockers: Blocker[];
      /** Only these statements are tried again. */
      unit?: { from: number; to: number };
    }
  | { type: "migration.recorded"; migration: string; durationMs: number }
  /** Rows that a statement takes away were copied first; without a key they are not put back by themselves. */
  | {
      type: "undo.kept";
      migration: string;
      statement: number;
      relation: string;
      rows: number;
      bytes: number;
      mergeable: boolean;
    }
  /** `relation`: the table, or what takes rows away in a way that cannot be foretold. */
  | { type: "undo.not_kept"; migration: string; statement: number; reason: string; relation: string }
  | {
      type: "undo.put_back";
      migration: string;
      /** Of the `up` that took them away. */
      statement: number;
      relation: string;
      restored: number;
      newer: number;
      gone: number;
      orphaned: number;
      /** PostgreSQL refuses them one by one, for what `message` says. */
      refused?: number;
      /** Columns with kept values that the table does not have any more. */
      lacking?: string[];
      examples: string[];
      reason?: string;
      /** What PostgreSQL said of what it refused. */
      message?: string;
    }
  | { type: "notice"; severity: string; message: string };

/** `skipped`: another runner was faster. */
export type MigrationOutcome =
  | "applied"
  | "reverted"
  | "skipped"
  | "failed"
  | "cancelled"
  | "not_reached"
  | "in_doubt";

/** Apply results are data, not exceptions. */
export interface RunOutcome {
  runId: string;
  state: "succeeded" | "failed" | "cancelled" | "in_doubt";
  migrations: { migration: string; outcome: MigrationOutcome; durationMs: number }[];
  failure?: PostgresFailure;
  lockWaitMs: number;
  durationMs: number;
}

/** One statement as it was tried on the shadow. */
export interface TriedStatement {
  migration: string;
  statement: number;
  line: number;
  sql: string;
  locks: { relation: string; mode: LockMode }[];
  rewrites: string[];
  scans: string[];
  durationMs: number | null;
  rows: number | null;
  error: PostgresFailure | null;
  /** false: it was not tried, and `whyNot` says the reason. */
  tried: boolean;
  whyNot?: string;
  /** Key of the translation of `whyNot`. */
  whyNotCode?: WhyNotCode;
  /** With `extension_missing`: the extension that the scratch server lacks. */
  extension?: string;
  /** What was changed in the statement for the scratch copy, in words: `OWNER TO` another role … */
  adapted?: string;
  /** false: whether tables were read as a whole could not be seen; `scans` is empty and means nothing. */
  scansObserved: boolean;
}

export type WhyNotCode =
  | "earlier_failed"
  | "in_effect"
  | "whole_server"
  | "other_servers"
  | "role_rights"
  | "extension_missing"
  | "made_by_administrator"
  | "time_is_up";

/** A remark on the scratch copy: `code` is the key of its translation. */
export interface ShadowRemark {
  code: string;
  params: Record<string, string | number>;
  message: string;
}

export interface DryRun {
  /** Where it was tried: "scratch database on the target's server" or "embedded PostgreSQL 18.4". */
  shadow: {
    kind: "target_server" | "embedded";
    serverVersion: string;
    createdMs: number;
    /** Why there. */
    reason: ShadowRemark;
    /** Where the copy differs from the target. */
    notes: ShadowRemark[];
  };
  /** The target's own, at the moment when it was copied. */
  targetFingerprint: string;
  statements: TriedStatement[];
  ok: boolean;
  /** A failure that belongs to no statement: a script that does not parse, a deferred constraint at COMMIT. */
  failure?: PostgresFailure;
  schemaBefore: string;
  schemaAfter: string;
  /** What changes, object by object; absent where the catalog could not be read as facts. */
  changes?: SchemaChange[];
  /** SHA-256 of the dumps, normalised. */
  fingerprintBefore: string;
  fingerprintAfter: string;
  rollback: {
    proven: boolean;
    /**
     * Why it is not proven: no down script, it failed, the schema differs afterwards; or part of it was done before
     * (`partly`), so that nobody knows the schema that the way back leads to.
     */
    reason: "proven" | "no_down" | "failed" | "differs" | "partly" | "not_tried";
    failure?: PostgresFailure;
    /** Migrations without a script for the way back. */
    missing?: string[];
    /** Lines that differ between the schema before and after up and down. */
    difference?: string;
    /** Proven, but columns that came back stand at the end of their tables. */
    orderOnly?: boolean;
    durationMs: number | null;
  };
}

/** What is established before approval; stored as JSON with the deployment's check. */
export interface CheckResult {
  facts: StatementFacts[];
  findings: Finding[];
  severity: Severity;
  dryRun: DryRun | null;
  /** Why there is no dry run. */
  dryRunError: KeptFailure | null;
  problems: { code: string; message: string; migration?: string; line?: number; column?: number }[];
  destroys: string[];
  targetFingerprint: string;
  /** Rows that will be kept before they are lost, or put back; absent in checks from before there was undo. */
  undo?: UndoForetold;
}

export interface UndoForetold {
  mode: "off" | "keep" | "put_back";
  /** How long they can be put back. */
  days: number;
  /** Of one statement. */
  maxBytes: number;
  parts: {
    migration: string;
    statement: number;
    line: number;
    kind: "drop_table" | "truncate" | "drop_column" | "change_type" | "update" | "delete" | "uncovered";
    /** Table, or what takes rows away in a way that cannot be foretold. */
    relation: string;
    columns: string[];
    /** null: cannot be foretold. */
    rows: number | null;
    bytes: number | null;
    state: "kept" | "too_large" | "by_hand" | "not_kept";
    /** A foreign key takes them along with rows of this table. */
    draggedBy?: string;
    /** Why it is not kept. */
    reason?: string;
    /** put_back: until when. */
    until?: string;
  }[];
}
