import type { Role } from "../../access/roles";
import type { SchemaChange } from "../../core/diff/describe";
import type { Finding, Severity } from "../../core/risk/types";
import type {
  Blocker,
  DeploymentState,
  DryRun,
  PlannedMigration,
  PostgresFailure,
  UndoForetold,
  WhyNotCode,
} from "../../core/run/types";
import type { LockMode } from "../../core/sql/types";
import type { KeptFailure } from "../../errors";
import type { DeploymentBackup } from "../backup/before-deployment";

/**
 * What the deployment pages show. Everything is data: pages put it into words. Instants are ISO 8601 texts in
 * UTC and durations milliseconds, so that a view goes through JSON, server components and SSE unchanged.
 */

export interface PersonView {
  id: string;
  label: string;
}

export interface EnvironmentView {
  id: string;
  name: string;
  /** Name of a colour of the palette: "development", "staging", "production" … */
  color: string;
  protected: boolean;
}

export interface ServiceView {
  id: string;
  name: string;
}

export interface ProjectView {
  id: string;
  slug: string;
  name: string;
}

// ---------------------------------------------------------------------------------------------------- lists

export interface DeploymentRow {
  id: string;
  number: number;
  service: ServiceView;
  environment: EnvironmentView;
  direction: "up" | "down";
  state: DeploymentState;
  severity: Severity | null;
  /** How many migrations it applies or takes back. */
  migrations: number;
  fromVersion: string | null;
  toVersion: string | null;
  createdBy: PersonView;
  createdAt: string;
  updatedAt: string;
  finishedAt: string | null;
  approvals: { given: number; needed: number; changesRequested: boolean };
  /** The last attempt to run it. */
  run: RunRow | null;
}

export type DeploymentAlone = Omit<DeploymentRow, "run">;

export interface RunRow {
  id: string;
  attempt: number;
  deploymentId: string;
  deploymentNumber: number;
  service: ServiceView;
  environment: EnvironmentView;
  direction: "up" | "down";
  state: RunState;
  startedBy: PersonView;
  createdAt: string;
  startedAt: string | null;
  finishedAt: string | null;
  /** From start to end; to now is the page's to count. null: not started or not ended. */
  durationMs: number | null;
  progress: RunProgress;
  /** PostgreSQL's message of a failed run. */
  failure: PostgresFailure | null;
}

export type RunState = "queued" | "running" | "succeeded" | "failed" | "cancelled" | "in_doubt";

/** A page of a list by keyset; `next` goes back in as `after`. */
export interface Page<T> {
  rows: T[];
  next: string | null;
}

// -------------------------------------------------------------------------------------------- the review page

export interface PathStep {
  key: "check" | "approval" | "run" | "compare";
  state: "done" | "now" | "todo" | "failed" | "cancelled" | "skipped" | "in_doubt";
  at: string | null;
  durationMs: number | null;
  /** approval: given of needed. run: statements done of all. */
  count: { of: number; done: number } | null;
}

/** Parts of the one sentence at the top, in the order in which they are said. */
export type SummaryPart =
  /** `done`: statements that an earlier attempt has done already. */
  | { kind: "applies"; migrations: number; statements: number; done: number; direction: "up" | "down" }
  /** `durationMs` is what the shadow took, null when it was not tried; `times`: separate stretches. */
  | {
      kind: "blocks";
      what: "reads_and_writes" | "writes";
      relation: string;
      times: number;
      durationMs: number | null;
      rewrite: boolean;
      bytes: number | null;
    }
  | { kind: "blocks_nothing" }
  | { kind: "destroys"; names: string[] }
  | { kind: "rollback"; proven: boolean; reason: DryRun["rollback"]["reason"] }
  /** Foretold from the target's sizes. */
  | { kind: "backup"; seconds: number; bytes: number; testRestore: boolean }
  | ({ kind: "not_tried" } & CheckFailure)
  | { kind: "fails"; failure: PostgresFailure; lacks: string[] }
  | { kind: "problems"; count: number };

export type Blocks = "reads_and_writes" | "writes" | "nothing";

/** One relation during the run, from the shadow's trace: stretches in order. */
export interface LockTimeline {
  relation: string;
  /** Whether everything that blocks it was tried; else its times are not known. */
  timed: boolean;
  totalMs: number;
  stretches: { blocks: "reads_and_writes" | "writes" | "free"; durationMs: number; migrations: string[] }[];
}

export interface StatementView {
  /** Counts through the whole deployment, from 1. */
  number: number;
  /** Index within the migration, from 1. */
  statement: number;
  line: number;
  sql: string;
  locks: { relation: string; mode: LockMode; blocks: Blocks }[];
  /** The strongest of `locks` on a relation that existed before. */
  blocks: Blocks;
  rewrites: RelationSize[];
  scans: RelationSize[];
  rows: number | null;
  /** On the shadow. */
  durationMs: number | null;
  tried: boolean;
  whyNot: string | null;
  /** Key of the translation of `whyNot`. */
  whyNotCode: WhyNotCode | null;
  /** The extension that it needs and the shadow's server lacks. */
  extension: string | null;
  error: PostgresFailure | null;
  /** The worst finding about it; `index` into `findings`. */
  finding: { index: number; code: string; severity: Severity; effect: Finding["effect"] } | null;
}

/** Size on the target when it was checked; null: unknown there. */
export interface RelationSize {
  relation: string;
  rows: number | null;
  bytes: number | null;
}

export interface StatementGroup {
  migration: PlannedMigration;
  statements: StatementView[];
}

export interface ApprovalView {
  person: PersonView;
  decision: "approved" | "changes_requested";
  comment: string | null;
  at: string;
  /** false: something changed afterwards, it no longer counts. */
  current: boolean;
  self: boolean;
}

export interface ApprovalsView {
  given: number;
  needed: number;
  /** Somebody who may approve asks for changes: it runs when nobody does any more. */
  changesRequested: boolean;
  decisions: ApprovalView[];
  /** Role that may approve here. */
  role: Role;
  /** People who may still approve, at most 20. */
  candidates: PersonView[];
  /** Why more or fewer are needed. */
  basis: "protected" | "destructive" | "open";
}

/** What must be true before it may run. */
export interface Requirement {
  key:
    | "checked"
    | "no_problems"
    | "findings"
    | "tried"
    | "previous"
    | "drift"
    | "unchanged"
    | "rollback"
    | "backup"
    | "approvals"
    | "queue";
  state: "met" | "unmet" | "warning" | "unknown";
  at: string | null;
  /** Values for the translation: {dangers, warnings}, {environment}, {given, needed}, {number}, {reason} … */
  params: Record<string, string | number>;
}

/** What an approval is bound to; eight hex digits each are enough to show. */
export interface BoundView {
  hash: string;
  scripts: string;
  schema: string;
  checks: string;
}

export type ConversationEntry =
  | { kind: "comment"; id: string; person: PersonView; body: string; at: string }
  | {
      kind: "approved" | "changes_requested";
      id: string;
      person: PersonView;
      body: string | null;
      at: string;
      current: boolean;
    };

export type ActionKind =
  | "check" // (again)
  | "approve"
  | "request_changes"
  | "comment"
  | "run"
  | "cancel"
  | "retry"
  | "rollback"
  | "promote"
  | "settle";

/** Why an action is not open to this viewer; key of the translation `deployments.reason.<code>`. */
export type ActionReason =
  | "role" // params: needed, role
  | "author" // the author may not approve
  | "editor" // who changed a script of it since may not approve
  | "already" // this viewer has approved
  | "token" // a token acts for nobody: only people approve
  | "state" // not in this state
  | "stale" // something changed: check again
  | "queue" // another deployment of the target comes first; params: number
  | "approvals" // params: given, needed
  | "requirements"
  | "no_next" // there is no environment after this one, or no target there
  | "no_down"; // a migration without a down script

export interface ActionView {
  kind: ActionKind;
  allowed: boolean;
  reason: ActionReason | null;
  params: Record<string, string | number>;
  /** run, rollback: names that the person types first. */
  confirm: string[];
  /** rollback in a protected environment: a reason is demanded. */
  needsReason: boolean;
  /** rollback: how many it takes back; the plan of one that was tried again holds the last of them only. */
  migrations?: number;
}

/** The one thing to do next; `wait_*` when it is somebody else's turn. */
export interface NextAction {
  kind: ActionKind | "wait_check" | "wait_approval" | "wait_queue" | "wait_run" | "fix" | "changes" | "none";
  action: ActionView | null;
}

export interface DeploymentView {
  id: string;
  number: number;
  /** Grows with every change; live events carry it. */
  version: number;
  project: ProjectView;
  service: ServiceView;
  environment: EnvironmentView;
  targetId: string;
  direction: "up" | "down";
  state: DeploymentState;
  severity: Severity | null;
  reason: string | null;
  fromVersion: string | null;
  toVersion: string | null;
  promotedFrom: { number: number; environment: EnvironmentView } | null;
  /** Deployments made from this one, newest first. */
  descendants: {
    number: number;
    environment: EnvironmentView;
    direction: "up" | "down";
    state: DeploymentState;
  }[];
  createdBy: PersonView;
  createdAt: string;
  finishedAt: string | null;
  /** The reader's own role here. */
  role: Role | null;
  plan: PlannedMigration[];
  path: PathStep[];
  check: CheckView;
  summary: SummaryPart[];
  /** Most blocked relations first, at most three; empty when nothing is blocked or nothing was tried. */
  timelines: LockTimeline[];
  statements: StatementGroup[];
  totals: { statements: number; rewriteBytes: number | null; durationMs: number | null };
  /** Worst first; `file` is the migration. */
  findings: Finding[];
  counts: Record<Severity, number>;
  problems: {
    code: string;
    message: string;
    migration: string | null;
    line: number | null;
    column: number | null;
  }[];
  /** `changes`: object by object; empty where only the texts could be compared. */
  schemaChange: { before: string; after: string; changed: boolean; changes: SchemaChange[] } | null;
  rollback: DryRun["rollback"] | null;
  /** Rows that are kept before they are lost, or put back. */
  undo: UndoForetold | null;
  shadow: DryRun["shadow"] | null;
  /** Names of what is lost; typed by the person who starts the run. */
  destroys: string[];
  approvals: ApprovalsView;
  requirements: Requirement[];
  bound: BoundView | null;
  conversation: ConversationEntry[];
  /** The last attempt, with its steps and the last 200 lines of its log. */
  run: RunView | null;
  /** All attempts, newest first. */
  runs: RunRow[];
  next: NextAction;
  actions: Record<ActionKind, ActionView>;
  /** Where "promote" would go. */
  promoteTo: { targetId: string; environment: EnvironmentView } | null;
  /** The deployment of the same target that comes first. */
  ahead: { number: number; state: DeploymentState } | null;
}

/** `details`: values for the message in the reader's language. */
export type CheckFailure = Omit<KeptFailure, "hint"> & { hint: string | null };

export interface CheckView {
  attempt: number;
  startedAt: string | null;
  finishedAt: string | null;
  /** Which part is at work: key of `deployments.progress.<key>`. */
  progress: CheckProgress | null;
  /** Why there is no result. */
  error: CheckFailure | null;
  /** Why it could not be tried although the rest was established. */
  dryRunError: CheckFailure | null;
}

export type CheckProgress = "waiting" | "ledger" | "plan" | "findings" | "shadow" | "dry_run" | "decide";

// ------------------------------------------------------------------------------------------------- the live run

export interface RunProgress {
  statements: { done: number; of: number };
  migrations: { done: number; of: number };
}

export type StepState =
  | "waiting"
  | "running"
  | "done"
  | "undone"
  | "failed"
  /** It was at work when somebody cancelled the run. */
  | "cancelled"
  | "skipped"
  | "in_doubt";

export interface RunStepView {
  /** Counts through the whole run, from 1. */
  position: number;
  migration: string;
  statement: number;
  line: number;
  sql: string;
  state: StepState;
  startedAt: string | null;
  durationMs: number | null;
  rows: number | null;
  /** What the shadow took; null: not tried. */
  foretoldMs: number | null;
  note: string | null;
}

export interface RunMigrationView {
  migration: string;
  transaction: PlannedMigration["transaction"];
  outcome:
    | "applied"
    | "reverted"
    | "failed"
    | "cancelled"
    | "not_reached"
    | "skipped"
    | "in_doubt"
    | "running"
    | "waiting";
  durationMs: number | null;
}

export interface RunLogLine {
  id: string;
  at: string;
  level: "info" | "ok" | "warning" | "error";
  /** Key of the translation `run-log.<code>`, with `data`. */
  code: string;
  data: Record<string, unknown>;
}

/** The statement that waits for a lock, or for its next attempt. */
export interface WaitingView {
  kind: "advisory_lock" | "lock" | "retry";
  migration: string | null;
  statement: number | null;
  /** Position of the step in the run. */
  position: number | null;
  attempt: number | null;
  of: number | null;
  /** In this attempt of this statement. */
  waitedMs: number;
  /** In the whole run so far. */
  totalMs: number;
  /** Gives up after; null: as long as it takes. */
  limitMs: number | null;
  nextInMs: number | null;
  blockers: Blocker[];
  since: string;
}

/** After the run: what was foretold and what came. */
export interface ComparisonView {
  /** same: the target's schema is the shadow's; unknown: it could not be read, or there was no shadow. */
  schema: "same" | "differs" | "unknown";
  fingerprintForetold: string | null;
  fingerprintActual: string | null;
  /** Text of both, only when they differ. */
  difference: { foretold: string; actual: string } | null;
  statements: {
    position: number;
    foretoldMs: number | null;
    actualMs: number | null;
    rowsForetold: number | null;
    rowsActual: number | null;
  }[];
  lockWaitMs: number;
  /** The schema could not be read: why. */
  error: string | null;
}

/** Why a run is in doubt, and what the ledger of the target says. */
export interface EvidenceView {
  code: string;
  at: string;
  lines: { code: string; params: Record<string, string | number> }[];
}

export interface RunView extends RunRow {
  cancelAskedAt: string | null;
  heartbeatAt: string | null;
  waiting: WaitingView | null;
  steps: RunStepView[];
  migrations: RunMigrationView[];
  log: RunLogLine[];
  logTotal: number;
  comparison: ComparisonView | null;
  evidence: EvidenceView | null;
  /** The backup that it took before its steps. */
  backup: DeploymentBackup | null;
}

// -------------------------------------------------------------------------------------------------------- live

/**
 * One message of `…/deployments/<number>/events` (SSE, event "state", id = version). The page puts `live` over
 * what it has; when `state`, `check.attempt` or `check.finishedAt` differs it asks the server for the whole page.
 * `run.log` holds only lines after the last one sent on this connection (all of the last 200 on opening).
 */
export interface DeploymentLive {
  version: number;
  state: DeploymentState;
  check: CheckView;
  path: PathStep[];
  approvals: { given: number; needed: number; changesRequested: boolean };
  /** When somebody last said or decided something. */
  saidAt: string | null;
  run: RunView | null;
  next: NextAction;
  /** The stream ends after this message: nothing will change by itself any more. */
  ended: boolean;
}

/** One of a message of `…/running` (SSE, event "running"): for the bell at the top. */
export type RunningOperation = RunningDeployment | RunningArchive;

/** A backup that is being made, or what is being done with one. */
export interface RunningArchive {
  kind: "backup" | "verify" | "test" | "restore";
  /** Of the backup, or of what is done with it. */
  id: string;
  backupId: string;
  service: string;
  /** null: it is gone. */
  environment: EnvironmentView | null;
  state: "queued" | "running";
  /** Part of the bytes, 0 to 1; null while that is not known. */
  done: number | null;
  startedAt: string;
}

export interface RunningDeployment {
  deploymentNumber: number;
  runId: string | null;
  kind: "check" | "run";
  service: string;
  environment: EnvironmentView;
  state: DeploymentState;
  progress: RunProgress | null;
  waiting: boolean;
  startedAt: string | null;
}
