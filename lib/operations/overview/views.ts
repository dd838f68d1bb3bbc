import type { Severity } from "../../core/risk/types";
import type { DeploymentState } from "../../core/run/types";
import type { KeptFailure } from "../../errors";
import type { EnvironmentView, ProjectView, RunProgress, ServiceView } from "../deployment/views";

/** What waits for the reader, most urgent first. */
export type NeedsYou =
  | {
      kind: "approval";
      number: number;
      service: string;
      environment: EnvironmentView;
      severity: Severity | null;
      migrations: number;
      destroys: string[];
      given: number;
      needed: number;
      since: string;
    }
  | {
      kind: "start";
      number: number;
      service: string;
      environment: EnvironmentView;
      severity: Severity | null;
      migrations: number;
      since: string;
    }
  | { kind: "changes"; number: number; service: string; environment: EnvironmentView; since: string }
  | { kind: "blocked"; number: number; service: string; environment: EnvironmentView; since: string }
  | {
      kind: "failed";
      number: number;
      runId: string | null;
      service: string;
      environment: EnvironmentView;
      message: string | null;
      statement: number | null;
      own?: KeptFailure;
      since: string;
    }
  | {
      kind: "in_doubt";
      number: number;
      runId: string | null;
      service: string;
      environment: EnvironmentView;
      since: string;
    }
  | {
      kind: "problem";
      targetId: string;
      service: string;
      environment: EnvironmentView;
      count: number;
      since: string | null;
    }
  | (KeptFailure & {
      kind: "unreachable";
      targetId: string;
      service: string;
      environment: EnvironmentView;
      since: string | null;
    })
  | {
      kind: "backup_failed";
      targetId: string;
      backupId: string;
      service: string;
      environment: EnvironmentView;
      /** null: nothing was written down. */
      failure: KeptFailure | null;
      since: string | null;
    }
  | {
      kind: "backup_overdue";
      targetId: string;
      service: string;
      environment: EnvironmentView;
      /** It was backed up once. */
      ever: boolean;
      since: string | null;
    }
  | {
      kind: "restore_approval" | "restore_in_doubt";
      restoreId: string;
      targetId: string;
      backupId: string;
      service: string;
      environment: EnvironmentView;
      since: string | null;
    }
  | {
      kind: "drift";
      targetId: string;
      service: string;
      environment: EnvironmentView;
      count: number;
      since: string | null;
    };

export type CellMark =
  | "up_to_date"
  | "pending"
  | "running"
  | "waiting"
  | "failed"
  | "in_doubt"
  | "problem"
  | "drift"
  | "unreachable"
  | "never_read";

/** One service in one environment. */
export interface MatrixCell {
  targetId: string;
  serviceId: string;
  environmentId: string;
  mark: CellMark;
  currentVersion: string | null;
  applied: number;
  pending: number;
  failed: number;
  /** changed, missing, out of order. */
  problems: number;
  /** As of when; null: never read. */
  syncedAt: string | null;
  syncError: KeptFailure | null;
  serverVersion: string | null;
  /** Whether it still is what its ledger says; null: nobody has looked. */
  drift: { state: "none" | "drifted" | "unknown" | "unmanaged"; changes: number } | null;
  lastDeployment: {
    number: number;
    state: DeploymentState;
    direction: "up" | "down";
    by: string;
    at: string;
  } | null;
  /** The deployment that is under way. */
  active: {
    number: number;
    state: DeploymentState;
    approvals: { given: number; needed: number; changesRequested: boolean };
    progress: RunProgress | null;
  } | null;
  failure: { message: string; statement: number | null; own?: KeptFailure } | null;
  /** The newest backup; null: there is none. */
  backup: { at: string; state: "proven" | "there" | "bad"; overdue: boolean } | null;
  next: CellNext;
}

/** The one thing to do there; the page makes the link. */
export type CellNext =
  | { kind: "none" }
  | { kind: "deploy"; targetId: string; pending: number }
  | { kind: "review"; number: number }
  | { kind: "follow"; number: number }
  | { kind: "open_failed"; number: number }
  | { kind: "settle"; number: number }
  | { kind: "migrations"; serviceId: string }
  | { kind: "drift"; targetId: string }
  | { kind: "target"; targetId: string };

export interface ActivityEntry {
  id: string;
  at: string;
  actor: string;
  /** "deployment.approve": key of `overview.activity.<operation>`, dots as they are. */
  operation: string;
  outcome: "ok" | "denied" | "failed" | "intent";
  resource: { type: string; label: string };
  /** Set when it is about a deployment. */
  number: number | null;
  /** Set when it is about a deployment or a database. */
  service: string | null;
  environment: EnvironmentView | null;
}

/** One week, Monday 00:00 UTC of it as `week`. */
export interface WeekPoint {
  week: string;
  succeeded: number;
  failed: number;
  migrations: number;
}

/** One finished run, oldest first. */
export interface DurationPoint {
  number: number;
  runId: string;
  environment: string;
  service: string;
  state: "succeeded" | "failed" | "cancelled";
  at: string;
  durationMs: number;
  migrations: number;
}

export interface OverviewView {
  project: ProjectView;
  services: (ServiceView & { migrations: number; drafts: number })[];
  environments: EnvironmentView[];
  /** Only where a target exists. */
  cells: MatrixCell[];
  /** The oldest reading of all targets; null: none yet. */
  readAt: string | null;
  needsYou: NeedsYou[];
  activity: ActivityEntry[];
  /** The last twelve weeks, oldest first, without gaps. */
  weeks: WeekPoint[];
  /** The last twenty finished runs. */
  durations: DurationPoint[];
}
