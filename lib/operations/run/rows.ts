import type { Severity } from "../../core/risk/types";
import type { DeploymentState, PostgresFailure } from "../../core/run/types";
import type { Db } from "../../db/client";
import type { RunProgress, RunRow, RunState } from "../deployment/views";
import type { StoredOutcome } from "./view";

interface Steps {
  runId: string;
  done: number;
  of: number;
  migrationsDone: number;
  migrations: number;
}

/**
 * How far runs are. Finished ones carry it; only those that still run have their steps counted.
 */
export async function progressOfRuns(
  db: Db,
  runs: readonly { id: string; outcome: unknown }[],
): Promise<Map<string, RunProgress>> {
  const progress = new Map<string, RunProgress>();
  for (const run of runs) {
    const stored = run.outcome as StoredOutcome | null;
    if (stored?.progress) progress.set(run.id, stored.progress);
  }
  const open = runs.filter((run) => !progress.has(run.id)).map((run) => run.id);
  if (open.length === 0) return progress;
  const counts = await db.$queryRaw<Steps[]>`
    SELECT run_id AS "runId", sum(done)::int AS done, sum(steps)::int AS of,
           count(*) FILTER (WHERE done = steps)::int AS "migrationsDone", count(*)::int AS migrations
    FROM (SELECT run_id, migration, count(*) AS steps, count(*) FILTER (WHERE state = 'done') AS done
          FROM run_step WHERE run_id = ANY(${open}::uuid[]) GROUP BY run_id, migration) AS by_migration
    GROUP BY run_id`;
  for (const one of counts) {
    progress.set(one.runId, {
      statements: { done: one.done, of: one.of },
      migrations: { done: one.migrationsDone, of: one.migrations },
    });
  }
  return progress;
}

export const NO_PROGRESS: RunProgress = { statements: { done: 0, of: 0 }, migrations: { done: 0, of: 0 } };

/** A row of the lists' joins, as SQL gives it. */
export interface RunRecord {
  id: string;
  attempt: number;
  deploymentId: string;
  number: number;
  direction: "up" | "down";
  state: RunState;
  startedBy: string;
  startedByLabel: string;
  createdAt: Date;
  startedAt: Date | null;
  finishedAt: Date | null;
  error: PostgresFailure | null;
  progress: RunProgress | null;
  serviceId: string;
  serviceName: string;
  environmentId: string;
  environmentName: string;
  environmentColor: string;
  environmentProtected: boolean;
}

export function runRowOf(record: RunRecord, progress: RunProgress): RunRow {
  return {
    id: record.id,
    attempt: record.attempt,
    deploymentId: record.deploymentId,
    deploymentNumber: record.number,
    service: { id: record.serviceId, name: record.serviceName },
    environment: environmentOf(record),
    direction: record.direction,
    state: record.state,
    startedBy: { id: record.startedBy, label: record.startedByLabel },
    createdAt: record.createdAt.toISOString(),
    startedAt: record.startedAt?.toISOString() ?? null,
    finishedAt: record.finishedAt?.toISOString() ?? null,
    durationMs:
      record.startedAt && record.finishedAt ? record.finishedAt.getTime() - record.startedAt.getTime() : null,
    progress,
    failure: record.error,
  };
}

export function environmentOf(record: {
  environmentId: string;
  environmentName: string;
  environmentColor: string;
  environmentProtected: boolean;
}) {
  return {
    id: record.environmentId,
    name: record.environmentName,
    color: record.environmentColor,
    protected: record.environmentProtected,
  };
}

/** Deployment columns that the lists read beside their place. */
export interface DeploymentRecord {
  id: string;
  number: number;
  direction: "up" | "down";
  state: DeploymentState;
  severity: Severity | null;
  migrations: number;
  fromVersion: string | null;
  toVersion: string | null;
  createdBy: string;
  createdByLabel: string;
  createdAt: Date;
  updatedAt: Date;
  finishedAt: Date | null;
  approvalsNeeded: number;
  given: number;
  changesRequested: boolean;
  serviceId: string;
  serviceName: string;
  environmentId: string;
  environmentName: string;
  environmentColor: string;
  environmentProtected: boolean;
}
