import { z } from "zod";
import type { Db } from "../../db/client";
import { backupOfRun } from "../backup/before-deployment";
import { defineOperation, type Scope } from "../define";
import { loadDeployment, loadLastCheck } from "../deployment/load";
import { deploymentScope } from "../deployment/scope";
import type { Page, RunLogLine, RunView } from "../deployment/views";
import { noSuch } from "../project/find";
import { nameReader } from "../user/names";
import { LOG_TAIL } from "./load-view";
import { logLine, runView } from "./view";

export const runRef = z.object({ runId: z.uuid() });

/** The place of a run: that of its deployment. @throws DomainError not_found */
export async function runScope({ db, input }: { db: Db; input: z.infer<typeof runRef> }): Promise<Scope> {
  const run = await db.run.findUnique({
    where: { id: input.runId },
    select: { id: true, deploymentId: true, attempt: true },
  });
  if (!run) throw noSuch("run");
  const scope = await deploymentScope({ db, input: { deploymentId: run.deploymentId } });
  return {
    ...scope,
    resource: { type: "run", id: run.id, label: `${scope.resource.label}, attempt ${run.attempt}` },
  };
}

/** One run with its steps and the end of its log. */
export const getRun = defineOperation({
  name: "run.get",
  permission: "deployment.read",
  input: runRef,
  audit: "none",
  scope: runScope,
  run: async ({ ctx, input }): Promise<RunView> => {
    const run = await ctx.db.run.findUniqueOrThrow({ where: { id: input.runId } });
    const [deployment, check, steps, log, logTotal, backup] = await Promise.all([
      loadDeployment(ctx.db, run.deploymentId),
      loadLastCheck(ctx.db, run.deploymentId),
      ctx.db.runStep.findMany({ where: { runId: run.id }, orderBy: { position: "asc" } }),
      ctx.db.runLog.findMany({ where: { runId: run.id }, orderBy: { id: "desc" }, take: LOG_TAIL }),
      ctx.db.runLog.count({ where: { runId: run.id } }),
      backupOfRun(ctx.db, run.id),
    ]);
    const place = {
      deploymentNumber: deployment.number,
      direction: deployment.direction,
      service: { id: deployment.serviceId, name: deployment.serviceName },
      environment: {
        id: deployment.environment.id,
        name: deployment.environment.name,
        color: deployment.environment.color,
        protected: deployment.environment.protected,
      },
    };
    const name = await nameReader(ctx.db, [run.startedByLabel]);
    const startedBy = name({ id: run.startedBy, label: run.startedByLabel });
    return runView({
      run,
      startedBy,
      place,
      plan: deployment.plan,
      steps,
      log: log.reverse(),
      logTotal,
      check,
      backup,
    });
  },
});

/** The whole log of a run, oldest first, by keyset over the line's id. */
export const getRunLog = defineOperation({
  name: "run.log",
  permission: "deployment.read",
  input: z.object({
    runId: z.uuid(),
    after: z
      .string()
      .regex(/^\d{1,19}$/)
      .optional(),
    limit: z.coerce.number().int().min(1).max(5000).default(1000),
  }),
  audit: "none",
  scope: runScope,
  run: async ({ ctx, input }): Promise<Page<RunLogLine>> => {
    const rows = await ctx.db.runLog.findMany({
      where: { runId: input.runId, ...(input.after ? { id: { gt: BigInt(input.after) } } : {}) },
      orderBy: { id: "asc" },
      take: input.limit + 1,
    });
    const page = rows.slice(0, input.limit);
    return {
      rows: page.map(logLine),
      next: rows.length > page.length ? (page.at(-1)?.id.toString() ?? null) : null,
    };
  },
});
