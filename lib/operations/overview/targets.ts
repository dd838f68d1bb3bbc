import type { DeploymentState, PostgresFailure } from "../../core/run/types";
import type { Db } from "../../db/client";
import type { KeptFailure } from "../../errors";
import { decisionColumns } from "../deployment/approval-count";
import { nameColumn } from "../user/names";

/** A target of a project as the matrix shows it; the mirror of its ledger without the list of migrations. */
export interface TargetRecord {
  id: string;
  serviceId: string;
  serviceName: string;
  environmentId: string;
  currentVersion: string | null;
  applied: number;
  pending: number;
  failed: number;
  problems: number;
  syncedAt: Date | null;
  syncError: KeptFailure | null;
  serverVersion: string | null;
  /** What the last look found; null: nobody has looked. */
  drift: { state: string; since: string | null; changes: number } | null;
  last: LastDeployment | null;
  active: ActiveDeployment | null;
}

/** The newest deployment of a target. */
export interface LastDeployment {
  id: string;
  number: number;
  state: DeploymentState;
  direction: "up" | "down";
  by: string;
  at: string;
  runId: string | null;
  /** `statement`: of all statements of the run, as on the page of the deployment. */
  failure: Pick<PostgresFailure, "message" | "statement" | "own"> | null;
}

/** The deployment whose turn it is on a target. */
export interface ActiveDeployment {
  id: string;
  number: number;
  state: DeploymentState;
  given: number;
  changesRequested: boolean;
  needed: number;
  runId: string | null;
}

/** Targets of a project, each with its newest deployment and the one under way: two index probes a target. */
export function loadTargets(db: Db, projectId: string): Promise<TargetRecord[]> {
  return db.$queryRaw<TargetRecord[]>`
    SELECT t.id, s.id AS "serviceId", s.name AS "serviceName", t.environment_id AS "environmentId",
           t.current_version AS "currentVersion", t.applied_count AS applied, t.pending_count AS pending,
           t.failed_count AS failed, t.problem_count AS problems, t.synced_at AS "syncedAt",
           t.sync_error AS "syncError", t.probe -> 'probe' ->> 'version' AS "serverVersion",
           CASE WHEN drift.state IS NOT NULL THEN jsonb_build_object('state', drift.state, 'since', drift.since,
             'changes', coalesce(report.added + report.changed + report.removed, 0)) END AS drift,
           to_jsonb(last) AS last, to_jsonb(active) AS active
    FROM service s JOIN target t ON t.service_id = s.id
    LEFT JOIN target_drift drift ON drift.target_id = t.id LEFT JOIN drift_report report ON report.id = drift.report_id
    LEFT JOIN LATERAL (
      SELECT d.id, d.number, d.state, d.direction, ${nameColumn("d.created_by", "d.created_by_label")} AS by,
             coalesce(d.finished_at, d.created_at) AS at, r.id AS "runId", r.error AS failure
      FROM deployment d
      LEFT JOIN LATERAL (
        SELECT id, error || coalesce((SELECT jsonb_build_object('statement', position) FROM run_step
          WHERE run_id = run.id AND state = 'failed' ORDER BY position DESC LIMIT 1), '{}') AS error
        FROM run WHERE deployment_id = d.id ORDER BY attempt DESC LIMIT 1) r ON true
      WHERE d.target_id = t.id ORDER BY d.created_at DESC, d.id DESC LIMIT 1
    ) last ON true
    LEFT JOIN LATERAL (
      SELECT d.id, d.number, d.state, d.approvals_needed AS needed,
             ${decisionColumns},
             (SELECT r.id FROM run r WHERE r.deployment_id = d.id ORDER BY r.attempt DESC LIMIT 1) AS "runId"
      FROM deployment d
      WHERE d.target_id = t.id AND d.state IN ('checking', 'ready', 'awaiting_approval', 'approved', 'queued', 'running', 'in_doubt')
      ORDER BY d.number LIMIT 1
    ) active ON true
    WHERE s.project_id = ${projectId}::uuid ORDER BY s.name`;
}
