import { z } from "zod";
import { OPEN_STATES } from "../../core/policy/state-machine";
import type { DeploymentState } from "../../core/run/types";
import type { Db } from "../../db/client";
import { Prisma } from "../../db/generated/client";
import { defineOperation } from "../define";
import { runColumns } from "../run/list";
import {
  type DeploymentRecord,
  environmentOf,
  NO_PROGRESS,
  progressOfRuns,
  type RunRecord,
  runRowOf,
} from "../run/rows";
import { nameColumn } from "../user/names";
import { decisionColumns } from "./approval-count";
import { projectRef, projectRefScope } from "./project-ref";
import type { DeploymentAlone, DeploymentRow, Page, RunRow } from "./views";

/** What people filter by; each stands for some states. */
export const DEPLOYMENT_FILTERS = {
  open: ["draft", ...OPEN_STATES],
  waiting: ["awaiting_approval"],
  running: ["queued", "running"],
  succeeded: ["succeeded"],
  failed: ["failed", "in_doubt"],
  cancelled: ["cancelled"],
} as const satisfies Record<string, readonly DeploymentState[]>;

export const listDeploymentsInput = z.intersection(
  projectRef,
  z.object({
    filter: z.enum(["open", "waiting", "running", "succeeded", "failed", "cancelled"]).optional(),
    environmentId: z.uuid().optional(),
    serviceId: z.uuid().optional(),
    targetId: z.uuid().optional(),
    limit: z.coerce.number().int().min(1).max(200).default(50),
    /** Number of the last one on the page before. */
    after: z
      .string()
      .regex(/^\d{1,9}$/)
      .optional(),
  }),
);

/** Deployments of a project, newest first, by keyset over their number; each with its last run. */
export const listDeployments = defineOperation({
  name: "deployment.list",
  permission: "deployment.read",
  input: listDeploymentsInput,
  audit: "none",
  scope: projectRefScope,
  run: async ({ ctx, input, scope }): Promise<Page<DeploymentRow>> => {
    const { rows, next } = await readDeployments(ctx.db, scope.projectId as string, input);
    const runs = await lastRuns(
      ctx.db,
      rows.map((one) => one.id),
    );
    return { rows: rows.map((row) => ({ ...row, run: runs.get(row.id) ?? null })), next };
  },
});

/** The same without their runs, of which the page shows nothing. */
export const listDeploymentsAlone = defineOperation({
  name: "deployment.list_alone",
  permission: "deployment.read",
  input: listDeploymentsInput,
  audit: "none",
  scope: projectRefScope,
  run: ({ ctx, input, scope }) => readDeployments(ctx.db, scope.projectId as string, input),
});

async function readDeployments(
  db: Db,
  projectId: string,
  input: z.output<typeof listDeploymentsInput>,
): Promise<Page<DeploymentAlone>> {
  const states = input.filter ? [...DEPLOYMENT_FILTERS[input.filter]] : null;
  const records = await db.$queryRaw<DeploymentRecord[]>`
    SELECT d.id, d.number, d.direction, d.state, d.severity, d.migration_count AS migrations,
           d.from_version AS "fromVersion", d.to_version AS "toVersion", d.created_by AS "createdBy",
           ${nameColumn("d.created_by", "d.created_by_label")} AS "createdByLabel", d.created_at AS "createdAt", d.updated_at AS "updatedAt",
           d.finished_at AS "finishedAt", d.approvals_needed AS "approvalsNeeded",
           ${decisionColumns},
           s.id AS "serviceId", s.name AS "serviceName", e.id AS "environmentId", e.name AS "environmentName",
           e.color AS "environmentColor", e.protected AS "environmentProtected"
    FROM deployment d JOIN target t ON t.id = d.target_id JOIN service s ON s.id = t.service_id
    JOIN environment e ON e.id = t.environment_id
    WHERE d.project_id = ${projectId}::uuid
      ${input.after ? Prisma.sql`AND d.number < ${Number(input.after)}` : Prisma.empty}
      ${states ? Prisma.sql`AND d.state = ANY(${states})` : Prisma.empty}
      ${input.targetId ? Prisma.sql`AND d.target_id = ${input.targetId}::uuid` : Prisma.empty}
      ${input.environmentId ? Prisma.sql`AND t.environment_id = ${input.environmentId}::uuid` : Prisma.empty}
      ${input.serviceId ? Prisma.sql`AND t.service_id = ${input.serviceId}::uuid` : Prisma.empty}
    ORDER BY d.number DESC LIMIT ${input.limit + 1}`;
  const page = records.slice(0, input.limit);
  return {
    rows: page.map(deploymentRow),
    next: records.length > page.length ? String(page.at(-1)?.number) : null,
  };
}

/** The last attempt of each deployment. */
export async function lastRuns(db: Db, deploymentIds: string[]): Promise<Map<string, RunRow>> {
  if (deploymentIds.length === 0) return new Map();
  const records = await db.$queryRaw<RunRecord[]>`
    SELECT ${runColumns}
    FROM unnest(${deploymentIds}::uuid[]) AS wanted(id) JOIN deployment d ON d.id = wanted.id
    JOIN LATERAL (SELECT * FROM run WHERE deployment_id = d.id ORDER BY attempt DESC LIMIT 1) AS r ON true
    JOIN target t ON t.id = r.target_id JOIN service s ON s.id = t.service_id
    JOIN environment e ON e.id = t.environment_id`;
  const progress = await progressOfRuns(
    db,
    records.map((one) => ({ id: one.id, outcome: one.progress && { progress: one.progress } })),
  );
  return new Map(
    records.map((one) => [one.deploymentId, runRowOf(one, progress.get(one.id) ?? NO_PROGRESS)]),
  );
}

function deploymentRow(record: DeploymentRecord): DeploymentAlone {
  return {
    id: record.id,
    number: record.number,
    service: { id: record.serviceId, name: record.serviceName },
    environment: environmentOf(record),
    direction: record.direction,
    state: record.state,
    severity: record.severity,
    migrations: record.migrations,
    fromVersion: record.fromVersion,
    toVersion: record.toVersion,
    createdBy: { id: record.createdBy, label: record.createdByLabel },
    createdAt: record.createdAt.toISOString(),
    updatedAt: record.updatedAt.toISOString(),
    finishedAt: record.finishedAt?.toISOString() ?? null,
    approvals: {
      given: record.given,
      needed: record.approvalsNeeded,
      changesRequested: record.changesRequested,
    },
  };
}
