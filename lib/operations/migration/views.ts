import type { MigrationState } from "../../core/migration/types";
import type { Finding, Severity } from "../../core/risk/types";
import type { DryRun, PostgresFailure } from "../../core/run/types";
import type { ScriptProblem, StatementFacts } from "../../core/sql/types";

/** What the migration pages show. Instants are ISO 8601 texts in UTC, durations milliseconds. */

export interface PlaceView {
  id: string;
  name: string;
  color: string;
  protected: boolean;
}

/** State of one migration in one environment, from the mirror of that target's ledger. */
export interface EnvironmentState {
  environment: PlaceView;
  /** null: the service has no target there. */
  targetId: string | null;
  /** null: never read, so nobody knows. */
  state: MigrationState | null;
  appliedAt: string | null;
  appliedBy: string | null;
  executionMs: number | null;
  error: string | null;
  /** When the ledger was last read. */
  syncedAt: string | null;
}

export interface MigrationRow {
  id: string;
  service: { id: string; name: string };
  filename: string;
  version: string;
  name: string;
  kind: "versioned" | "repeatable";
  draft: boolean;
  hasDown: boolean;
  updatedAt: string;
  states: EnvironmentState[];
}

/** Applied somewhere, and no script of that name is left. */
export interface OrphanRow {
  service: string;
  filename: string;
  environment: PlaceView;
  appliedAt: string | null;
  appliedBy: string | null;
}

export interface MigrationGroup {
  service: { id: string; name: string };
  environments: PlaceView[];
  /** How many fit the filter. */
  total: number;
  rows: MigrationRow[];
  /** Where the next page starts; null: that was all. */
  next: string | null;
}

export interface MigrationList {
  groups: MigrationGroup[];
  orphans: OrphanRow[];
  services: string[];
  environments: PlaceView[];
  /** How many migrations the project has, whatever the filter says. */
  all: number;
}

export interface PersonView {
  id: string;
  name: string;
}

export interface DraftView {
  up: string;
  down: string | null;
  baseRevision: number;
  savedAt: string;
}

export interface MigrationView extends Omit<MigrationRow, "hasDown"> {
  project: { id: string; slug: string };
  up: string;
  down: string | null;
  checksum: string;
  revision: number;
  author: PersonView | null;
  updatedBy: PersonView | null;
  createdAt: string;
  /** The asker's own unsaved text. */
  ownDraft: DraftView | null;
  /** Deployments that hold it in their plan, newest first. */
  deployments: { number: number; state: string; environment: string; createdAt: string }[];
}

export interface LintResult {
  problems: ScriptProblem[];
  findings: Finding[];
  facts: StatementFacts[];
  severity: Severity;
  destroys: string[];
  statements: number;
  /** UTF-16 offsets of each statement, without its semicolon, in order. */
  places: { start: number; end: number }[];
  /** How the runner would run it. */
  transaction: "one" | "none" | "own";
  serverVersion: number;
  durationMs: number;
}

export interface TryResult {
  environment: PlaceView;
  at: string;
  durationMs: number;
  /** Migrations that were applied on the shadow before this one. */
  before: string[];
  dryRun: DryRun;
  failure: PostgresFailure | null;
}

export interface PresenceView {
  people: { id: string; name: string; mode: "reading" | "editing" }[];
  revision: number;
  updatedBy: PersonView | null;
  updatedAt: string;
}
