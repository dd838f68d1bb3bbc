import type { DeploymentState } from "../../core/run/types";
import { runningArchives } from "../backup/running";
import { defineOperation } from "../define";
import { environmentOf, progressOfRuns } from "../run/rows";
import { projectRef, projectRefScope } from "./project-ref";
import type { RunningDeployment, RunningOperation } from "./views";

interface Record {
  number: number;
  state: DeploymentState;
  runId: string | null;
  waiting: boolean;
  startedAt: Date | null;
  serviceName: string;
  environmentId: string;
  environmentName: string;
  environmentColor: string;
  environmentProtected: boolean;
}

/** Checks, runs, backups and restores that are at work in a project, for the bell at the top of every page. */
export const listRunning = defineOperation({
  name: "deployment.running",
  permission: "deployment.read",
  input: projectRef,
  audit: "none",
  scope: projectRefScope,
  run: async ({ ctx, scope }): Promise<{ operations: RunningOperation[] }> => {
    const records = await ctx.db.$queryRaw<Record[]>`
      SELECT d.number, d.state, r.id AS "runId", r.waiting IS NOT NULL AS waiting,
             coalesce(r.started_at, d.updated_at) AS "startedAt", s.name AS "serviceName", e.id AS "environmentId",
             e.name AS "environmentName", e.color AS "environmentColor", e.protected AS "environmentProtected"
      FROM deployment d JOIN target t ON t.id = d.target_id JOIN service s ON s.id = t.service_id
      JOIN environment e ON e.id = t.environment_id
      LEFT JOIN LATERAL (SELECT id, waiting, started_at FROM run WHERE deployment_id = d.id AND d.state <> 'checking'
                         ORDER BY attempt DESC LIMIT 1) r ON true
      WHERE d.project_id = ${scope.projectId}::uuid AND d.state NOT IN ('succeeded', 'failed', 'cancelled')
        AND d.state IN ('checking', 'queued', 'running')
      ORDER BY d.number LIMIT 50`;
    const runs = records.flatMap((one) => (one.runId === null ? [] : [{ id: one.runId, outcome: null }]));
    const progress = await progressOfRuns(ctx.db, runs);
    const deployments = records.map(
      (one): RunningDeployment => ({
        deploymentNumber: one.number,
        runId: one.runId,
        kind: one.state === "checking" ? "check" : "run",
        service: one.serviceName,
        environment: environmentOf(one),
        state: one.state,
        progress: one.runId === null ? null : (progress.get(one.runId) ?? null),
        waiting: one.waiting,
        startedAt: one.startedAt?.toISOString() ?? null,
      }),
    );
    return { operations: [...deployments, ...(await runningArchives(ctx.db, scope.projectId ?? ""))] };
  },
});
