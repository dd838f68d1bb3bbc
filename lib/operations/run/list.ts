import { z } from "zod";
import type { Db } from "../../db/client";
import { Prisma } from "../../db/generated/client";
import { defineOperation } from "../define";
import { projectRef, projectRefScope } from "../deployment/project-ref";
import type { Page, RunRow } from "../deployment/views";
import { nameColumn } from "../user/names";
import { NO_PROGRESS, progressOfRuns, type RunRecord, runRowOf } from "./rows";

const RUN_STATES = ["queued", "running", "succeeded", "failed", "cancelled", "in_doubt"] as const;

export const listRunsInput = z.intersection(
  projectRef,
  z.object({
    state: z.enum(RUN_STATES).optional(),
    environmentId: z.uuid().optional(),
    serviceId: z.uuid().optional(),
    limit: z.coerce.number().int().min(1).max(200).default(50),
    after: z.string().max(100).optional(),
  }),
);

/** Runs of a project, newest first, by keyset over (created_at, id). */
export const listRuns = defineOperation({
  name: "run.list",
  permission: "deployment.read",
  input: listRunsInput,
  audit: "none",
  scope: projectRefScope,
  run: async ({ ctx, input, scope }): Promise<Page<RunRow>> => {
    const cursor = readCursor(input.after);
    const records = await ctx.db.$queryRaw<RunRecord[]>`
      SELECT ${runColumns}
      FROM run r JOIN deployment d ON d.id = r.deployment_id
      JOIN target t ON t.id = r.target_id JOIN service s ON s.id = t.service_id
      JOIN environment e ON e.id = t.environment_id
      WHERE r.project_id = ${scope.projectId}::uuid
        ${cursor ? Prisma.sql`AND (r.created_at, r.id) < (${cursor.at}::timestamptz, ${cursor.id}::uuid)` : Prisma.empty}
        ${input.state ? Prisma.sql`AND r.state = ${input.state}` : Prisma.empty}
        ${input.environmentId ? Prisma.sql`AND t.environment_id = ${input.environmentId}::uuid` : Prisma.empty}
        ${input.serviceId ? Prisma.sql`AND t.service_id = ${input.serviceId}::uuid` : Prisma.empty}
      ORDER BY r.created_at DESC, r.id DESC LIMIT ${input.limit + 1}`;
    const page = records.slice(0, input.limit);
    const progress = await progressOfRuns(
      ctx.db,
      page.map((one) => ({ id: one.id, outcome: one.progress && { progress: one.progress } })),
    );
    const last = page.at(-1);
    return {
      rows: page.map((one) => runRowOf(one, progress.get(one.id) ?? NO_PROGRESS)),
      next: records.length > page.length && last ? `${last.createdAt.toISOString()}_${last.id}` : null,
    };
  },
});

/** The whole outcome holds schema texts; lists read the progress in it alone. */
export const runColumns = Prisma.sql`
  r.id, r.attempt, r.deployment_id AS "deploymentId", d.number, d.direction, r.state, r.started_by AS "startedBy",
  ${nameColumn("r.started_by", "r.started_by_label")} AS "startedByLabel", r.created_at AS "createdAt", r.started_at AS "startedAt",
  r.finished_at AS "finishedAt", r.error, r.outcome -> 'progress' AS progress, s.id AS "serviceId",
  s.name AS "serviceName", e.id AS "environmentId", e.name AS "environmentName", e.color AS "environmentColor",
  e.protected AS "environmentProtected"`;

function readCursor(after: string | undefined): { at: string; id: string } | null {
  const parsed = /^(\d{4}-\d\d-\d\dT[\d:.]+Z)_([0-9a-f-]{36})$/.exec(after ?? "");
  return parsed?.[1] && parsed[2] ? { at: parsed[1], id: parsed[2] } : null;
}

/** All attempts of a deployment, newest first. */
export async function runsOfDeployment(db: Db, deploymentId: string): Promise<RunRow[]> {
  const records = await db.$queryRaw<RunRecord[]>`
    SELECT ${runColumns}
    FROM run r JOIN deployment d ON d.id = r.deployment_id
    JOIN target t ON t.id = r.target_id JOIN service s ON s.id = t.service_id
    JOIN environment e ON e.id = t.environment_id
    WHERE r.deployment_id = ${deploymentId}::uuid ORDER BY r.attempt DESC LIMIT 50`;
  const progress = await progressOfRuns(
    db,
    records.map((one) => ({ id: one.id, outcome: one.progress && { progress: one.progress } })),
  );
  return records.map((one) => runRowOf(one, progress.get(one.id) ?? NO_PROGRESS));
}
