import { can } from "../../access/permissions";
import type { Role } from "../../access/roles";
import type { Severity } from "../../core/risk/types";
import type { DeploymentState } from "../../core/run/types";
import type { Db } from "../../db/client";
import type { EnvironmentView } from "../deployment/views";
import type { TargetRecord } from "./targets";
import type { NeedsYou } from "./views";

/** A deployment that is not finished. */
export interface OpenDeployment {
  id: string;
  number: number;
  targetId: string;
  state: DeploymentState;
  severity: Severity | null;
  migrations: number;
  destroys: string[];
  createdBy: string;
  needed: number;
  given: number;
  /** Somebody asks for changes of it as it is now. */
  changesRequested: boolean;
  /** The viewer has decided on it as it is now. */
  decided: boolean;
  updatedAt: Date;
}

/** What is open in a project, oldest first, at most 200: the page shows what waits for the viewer. */
export function loadOpenDeployments(
  db: Db,
  projectId: string,
  viewer: string | null,
): Promise<OpenDeployment[]> {
  return db.$queryRaw<OpenDeployment[]>`
    SELECT d.id, d.number, d.target_id AS "targetId", d.state, d.severity, d.migration_count AS migrations,
           d.destroys, d.created_by AS "createdBy", d.approvals_needed AS needed, d.updated_at AS "updatedAt",
           count(a.*) FILTER (WHERE a.decision = 'approved' AND a.user_id <> d.created_by)::int AS given,
           coalesce(bool_or(a.decision = 'changes_requested' AND a.user_id <> d.created_by), false) AS "changesRequested",
           coalesce(bool_or(a.user_id = ${viewer}::uuid), false) AS decided
    FROM deployment d LEFT JOIN approval a ON a.deployment_id = d.id AND a.bound_hash = d.bound_hash
    WHERE d.project_id = ${projectId}::uuid AND d.state NOT IN ('succeeded', 'failed', 'cancelled')
    GROUP BY d.id ORDER BY d.number LIMIT 200`;
}

interface Viewer {
  userId: string | null;
  roleIn(environmentId: string): Role | null;
}

/** What this viewer can do something about, most urgent first. */
export function needsYou(
  viewer: Viewer,
  open: readonly OpenDeployment[],
  targets: readonly TargetRecord[],
  environments: ReadonlyMap<string, EnvironmentView>,
): NeedsYou[] {
  const byId = new Map(targets.map((target) => [target.id, target]));
  const items: NeedsYou[] = [];
  for (const deployment of open) {
    const target = byId.get(deployment.targetId);
    const environment = target && environments.get(target.environmentId);
    if (!target || !environment) continue;
    const item = ofDeployment(viewer, deployment, target, environment);
    if (item) items.push(item);
  }
  for (const target of targets) {
    const environment = environments.get(target.environmentId);
    if (environment) items.push(...ofTarget(viewer, target, environment));
  }
  return items.sort(byUrgency);
}

export function byUrgency(a: NeedsYou, b: NeedsYou): number {
  return URGENCY.indexOf(a.kind) - URGENCY.indexOf(b.kind);
}

const URGENCY: readonly NeedsYou["kind"][] = [
  "in_doubt",
  "restore_in_doubt",
  "approval",
  "restore_approval",
  "changes",
  "start",
  "failed",
  "backup_failed",
  "blocked",
  "unreachable",
  "problem",
  "backup_overdue",
  "drift",
];

function ofDeployment(
  viewer: Viewer,
  deployment: OpenDeployment,
  target: TargetRecord,
  environment: EnvironmentView,
): NeedsYou | null {
  const role = viewer.roleIn(environment.id);
  const { number, severity, migrations, destroys, given, needed } = deployment;
  const base = {
    number,
    service: target.serviceName,
    environment,
    since: deployment.updatedAt.toISOString(),
  };
  const own = deployment.createdBy === viewer.userId;
  switch (deployment.state) {
    case "awaiting_approval":
      if (own && deployment.changesRequested) return { kind: "changes", ...base };
      if (own || deployment.decided || !can(role, "deployment.approve", environment.protected)) return null;
      return { kind: "approval", ...base, severity, migrations, destroys, given, needed };
    case "ready":
    case "approved":
      if (!can(role, "deployment.run", environment.protected)) return null;
      return { kind: "start", ...base, severity, migrations };
    case "blocked":
      return own ? { kind: "blocked", ...base } : null;
    case "in_doubt":
      if (!can(role, "deployment.settle", environment.protected)) return null;
      return { kind: "in_doubt", ...base, runId: target.active?.runId ?? null };
    default:
      return null;
  }
}

function ofTarget(viewer: Viewer, target: TargetRecord, environment: EnvironmentView): NeedsYou[] {
  if (!can(viewer.roleIn(environment.id), "deployment.create", environment.protected)) return [];
  const items: NeedsYou[] = [];
  const { last } = target;
  const base = { service: target.serviceName, environment };
  if (last?.state === "failed") {
    const { number, runId, failure } = last;
    const since = new Date(last.at).toISOString();
    items.push({
      kind: "failed",
      ...base,
      number,
      runId,
      message: failure?.message ?? null,
      statement: failure?.statement ?? null,
      ...(failure?.own ? { own: failure.own } : {}),
      since,
    });
  }
  const at = target.syncedAt?.toISOString() ?? null;
  if (target.syncError)
    items.push({ kind: "unreachable", ...base, targetId: target.id, ...target.syncError, since: at });
  else if (target.problems > 0)
    items.push({ kind: "problem", ...base, targetId: target.id, count: target.problems, since: at });
  if (target.drift?.state === "drifted") {
    const since = target.drift.since === null ? null : new Date(target.drift.since).toISOString();
    items.push({ kind: "drift", ...base, targetId: target.id, count: target.drift.changes, since });
  }
  return items;
}
