import type { BlindSpot, ChangeView, PlanView } from "../comparison/views";

/** What the drift pages show. Instants are ISO 8601 texts in UTC, durations milliseconds. */

/**
 * `none`: the database is what its ledger says. `drifted`: it differs. `unknown`: that cannot be established, and
 * `reason` says why. `unmanaged`: nothing is recorded in its ledger, so nothing is foretold.
 */
export type DriftState = "none" | "drifted" | "unknown" | "unmanaged";

/** Why it cannot be established. */
export interface DriftReason {
  code: string;
  message: string;
  hint: string | null;
  /** Values for the translated message; reports of older programs have none. */
  details?: Record<string, string | number>;
}

export interface DriftTarget {
  targetId: string;
  service: { id: string; name: string };
  environment: { id: string; name: string; color: string; protected: boolean };
  database: string;
}

/** A target in the list: its last report. */
export interface DriftRow extends DriftTarget {
  /** null: never checked. */
  reportId: string | null;
  state: DriftState | null;
  checkedAt: string | null;
  /** Since when it has been drifted, by the reports; null when it is not. */
  since: string | null;
  counts: { added: number; changed: number; removed: number; ignored: number };
  /** Why it is unknown. */
  reason: DriftReason | null;
  /** A check is waiting or at work. */
  checking: boolean;
  /** By policy: a check every so many minutes; null: only before deployments and when asked. */
  everyMinutes: number | null;
}

export interface DriftHistoryEntry {
  reportId: string;
  state: DriftState;
  trigger: DriftTrigger;
  at: string;
  changes: number;
}

export type DriftTrigger = "schedule" | "asked" | "deployment" | "adopted" | "ignored" | "run";

/** A change that the policy leaves out, and by which rule. */
export interface IgnoredChange {
  change: ChangeView;
  /** The rule of the policy: "owners", "grants", "comments", "statistics", "schema", or the pattern of a row. */
  rule: string;
}

export interface DriftIgnoreView {
  id: string;
  /** `kind:name` with `*`, or a name with `*`. */
  pattern: string;
  reason: string;
  by: string;
  at: string;
}

/** What may be done about it; key of the translation `drift.reason.<code>` when it is not open. */
export interface DriftAction {
  allowed: boolean;
  reason: "role" | "state" | "nothing" | "archived" | null;
  params: Record<string, string | number>;
}

export interface DriftView extends DriftRow {
  project: { id: string; slug: string };
  /** The deployment that stopped part of the way, when that is why nothing can be told and it is known. */
  unfinishedIn: number | null;
  /** From what the ledger says to what is there: "added" is what somebody added by hand. */
  changes: ChangeView[];
  ignored: IgnoredChange[];
  /** Adopt: `plan.up` brings another database from the ledger's state to this one's; revert: `plan.down`. */
  plan: PlanView | null;
  blindSpots: BlindSpot[];
  /** Scripts that were replayed, and where the copy differs from the target. */
  replayed: { migrations: number; serverVersion: string; notes: string[]; durationMs: number } | null;
  policy: DriftPolicyView;
  /** Those of the service, which is all that is compared; none: all of the database. */
  schemas: string[];
  ignores: DriftIgnoreView[];
  history: DriftHistoryEntry[];
  actions: { check: DriftAction; adopt: DriftAction; revert: DriftAction; ignore: DriftAction };
}

/** Per environment: what is looked for, how often, and what follows. */
export interface DriftPolicyView {
  /** Before a deployment: not looked for, told as a warning, or it blocks. */
  beforeDeployment: "off" | "warn" | "block";
  everyMinutes: number | null;
  ignoreOwners: boolean;
  ignoreGrants: boolean;
  ignoreComments: boolean;
  /** Extended statistics and statistics targets of columns. */
  ignoreStatistics: boolean;
  ignoreSchemas: string[];
}

/** The part of a deployment's check that is about drift. */
export interface CheckDrift {
  state: DriftState;
  /** What the policy of the environment makes of it. */
  policy: "warn" | "block";
  counts: { added: number; changed: number; removed: number; ignored: number };
  /** At most 100. */
  changes: Pick<ChangeView, "change" | "kind" | "name" | "relation" | "before" | "after">[];
  reason: DriftReason | null;
}

/** Evidence for one migration of a baseline. */
export interface BaselineEvidence {
  service: string;
  filename: string;
  version: string;
  /** In the ledger of another tool. */
  recordedBy: string | null;
  recordedAt: string | null;
  /** Whether the database has everything that it makes; null: it could not be replayed. */
  present: boolean | null;
  /** How many differences are left after it. */
  differences: number | null;
  proposed: boolean;
}

export interface BaselineView {
  /** Ledgers of other tools that were found, with how many migrations each says are applied. */
  otherLedgers: { tool: string; table: string; applied: number; failed: number }[];
  /** The last migration that the database already has; null: none. */
  upTo: string | null;
  /** `exact`: after it the schemas are the same; `closest`: the least is left; `recorded`: only another tool's word. */
  certainty: "exact" | "closest" | "recorded" | "none";
  evidence: BaselineEvidence[];
  /** What is left between the schema after `upTo` and the database, at most 100 lines. */
  leftOver: Pick<ChangeView, "change" | "kind" | "name" | "relation" | "before" | "after">[];
  /** Already in our own ledger. */
  recorded: string[];
  blindSpots: BlindSpot[];
  notes: string[];
  durationMs: number;
}
