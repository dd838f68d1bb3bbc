import type { PlannedMigration, PostgresFailure, RunOutcome } from "../../core/run/types";
import type { Run, RunLog, RunStep } from "../../db/generated/client";
import type { DeploymentBackup } from "../backup/before-deployment";
import type { StoredCheck } from "../deployment/stored-check";
import type {
  ComparisonView,
  EvidenceView,
  PersonView,
  RunLogLine,
  RunMigrationView,
  RunProgress,
  RunRow,
  RunState,
  RunStepView,
  RunView,
  StepState,
  WaitingView,
} from "../deployment/views";
import { groupBy } from "./group-by";

/** What run.outcome holds. */
export interface StoredOutcome {
  outcome: RunOutcome | null;
  comparison: ComparisonView | null;
  evidence: EvidenceView | null;
  progress: RunProgress;
}

export type RunPlace = Pick<RunRow, "deploymentNumber" | "service" | "environment" | "direction">;

function runRow(run: Run, place: RunPlace, startedBy: PersonView, progress: RunProgress): RunRow {
  return {
    ...place,
    id: run.id,
    attempt: run.attempt,
    deploymentId: run.deploymentId,
    state: run.state as RunState,
    startedBy,
    createdAt: run.createdAt.toISOString(),
    startedAt: run.startedAt?.toISOString() ?? null,
    finishedAt: run.finishedAt?.toISOString() ?? null,
    durationMs: run.startedAt && run.finishedAt ? run.finishedAt.getTime() - run.startedAt.getTime() : null,
    progress,
    failure: run.error as unknown as PostgresFailure | null,
  };
}

/** A run with its steps, what each was foretold, and the part of its log that was asked for. */
export function runView(args: {
  run: Run;
  startedBy: PersonView;
  place: RunPlace;
  plan: readonly PlannedMigration[];
  steps: readonly RunStep[];
  log: readonly RunLog[];
  logTotal: number;
  check: StoredCheck | null;
  backup: DeploymentBackup | null;
}): RunView {
  const { run, steps } = args;
  const stored = run.outcome as unknown as StoredOutcome | null;
  const views = stepViews(steps, args.check);
  const migrations = migrationViews(args.plan, views, stored, run.state);
  const progress = stored?.progress ?? progressOf(views, migrations);
  return {
    ...runRow(run, args.place, args.startedBy, progress),
    cancelAskedAt: run.cancelAskedAt?.toISOString() ?? null,
    heartbeatAt: run.heartbeatAt?.toISOString() ?? null,
    waiting: run.waiting as unknown as WaitingView | null,
    steps: views,
    migrations,
    log: args.log.map(logLine),
    logTotal: args.logTotal,
    comparison: stored?.comparison ? withActual(stored.comparison, views) : null,
    evidence: stored?.evidence ?? null,
    backup: args.backup,
  };
}

/**
 * What came, by the steps as they are written now: when a short run is compared, its last steps are still on their
 * way into the store.
 */
export function withActual(
  comparison: ComparisonView,
  steps: readonly Pick<RunStepView, "position" | "durationMs" | "rows">[],
): ComparisonView {
  const byPosition = new Map(steps.map((step) => [step.position, step]));
  const statements = comparison.statements.map((one) => {
    const step = byPosition.get(one.position);
    return {
      ...one,
      actualMs: step?.durationMs ?? one.actualMs,
      rowsActual: step?.rows ?? one.rowsActual,
    };
  });
  return { ...comparison, statements };
}

function stepViews(steps: readonly RunStep[], check: StoredCheck | null): RunStepView[] {
  const foretold = new Map(
    check?.dryRun?.statements.map((one) => [`${one.migration}\n${one.statement}`, one.durationMs]),
  );
  return steps.map((step) => ({
    position: step.position,
    migration: step.migration,
    statement: step.statement,
    line: step.line,
    sql: step.sql,
    state: step.state as StepState,
    startedAt: step.startedAt?.toISOString() ?? null,
    durationMs: step.durationMs,
    rows: step.rows === null ? null : Number(step.rows),
    foretoldMs: foretold.get(`${step.migration}\n${step.statement}`) ?? null,
    note: step.note,
  }));
}

function migrationViews(
  plan: readonly PlannedMigration[],
  steps: readonly RunStepView[],
  stored: StoredOutcome | null,
  state: string,
): RunMigrationView[] {
  const outcomes = new Map(stored?.outcome?.migrations.map((one) => [one.migration, one]));
  const byMigration = groupBy(steps, (step) => step.migration);
  return plan.map(({ filename, transaction, direction }) => {
    const known = outcomes.get(filename);
    if (known)
      return { migration: filename, transaction, outcome: known.outcome, durationMs: known.durationMs };
    const own = byMigration.get(filename) ?? [];
    const done = own.length > 0 && own.every((step) => step.state === "done");
    const begun = own.some((step) => step.state === "running" || step.state === "done");
    const outcome = done
      ? direction === "up"
        ? "applied"
        : "reverted"
      : begun && state === "running"
        ? "running"
        : "waiting";
    return { migration: filename, transaction, outcome, durationMs: null };
  });
}

export function progressOf(
  steps: readonly { state: string }[],
  migrations: readonly RunMigrationView[],
): RunProgress {
  return {
    statements: { done: steps.filter((step) => step.state === "done").length, of: steps.length },
    migrations: {
      done: migrations.filter((one) => one.outcome === "applied" || one.outcome === "reverted").length,
      of: migrations.length,
    },
  };
}

export function logLine(row: RunLog): RunLogLine {
  return {
    id: row.id.toString(),
    at: row.at.toISOString(),
    level: row.level as RunLogLine["level"],
    code: row.code,
    data: row.data as Record<string, unknown>,
  };
}
