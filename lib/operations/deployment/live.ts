import { z } from "zod";
import { isFinished } from "../../core/policy/state-machine";
import type { Db } from "../../db/client";
import { defineOperation } from "../define";
import { loadDeployment } from "./load";
import { deploymentIdOf, deploymentScope, withDeployment } from "./scope";
import { loadLiveParts } from "./view/live-parts";
import { lifecyclePath } from "./view/path";
import type { ApprovalView, DeploymentLive, RunView } from "./views";

export const liveInput = withDeployment({
  /** The last line of the log that the page has. */
  afterLog: z
    .string()
    .regex(/^\d{1,19}$/)
    .optional(),
});
export type LiveInput = z.input<typeof liveInput>;

/** What changes by itself on the page of a deployment. */
export const getDeploymentLive = defineOperation({
  name: "deployment.live",
  permission: "deployment.read",
  input: liveInput,
  audit: "none",
  scope: deploymentScope,
  run: async ({ ctx, input, scope }): Promise<DeploymentLive> => {
    const deployment = await loadDeployment(ctx.db, deploymentIdOf(scope));
    const afterLog = input.afterLog === undefined ? null : BigInt(input.afterLog);
    const parts = await loadLiveParts(ctx.db, ctx.actor, deployment, afterLog);
    const { given, needed, changesRequested } = parts.approvals;
    const { state } = deployment;
    const { check, run, next, decisions } = parts;
    return {
      version: deployment.updatedAt.getTime(),
      ...{ state, check, next },
      run: run && withShortSql(run),
      path: lifecyclePath({ state, check, approvals: { given, needed, decisions }, run }),
      approvals: { given, needed, changesRequested },
      saidAt: await lastSaid(ctx.db, deployment.id, decisions),
      ended: isFinished(state),
    };
  },
});

async function lastSaid(
  db: Db,
  deploymentId: string,
  decisions: readonly ApprovalView[],
): Promise<string | null> {
  const { _max } = await db.deploymentComment.aggregate({
    where: { deploymentId },
    _max: { createdAt: true },
  });
  const times = [_max.createdAt?.toISOString(), ...decisions.map(({ at }) => at)];
  return times.reduce<string | null>((last, at) => (at && (!last || at > last) ? at : last), null);
}

/** More of a statement than a line of the page shows; its whole text is in the review. */
const SHOWN_SQL = 300;

/** A run for the page: of a thousand statements their beginnings and not a megabyte of text. */
export function withShortSql(run: RunView): RunView {
  const steps = run.steps.map((step) =>
    step.sql.length > SHOWN_SQL ? { ...step, sql: `${step.sql.slice(0, SHOWN_SQL)}…` } : step,
  );
  return { ...run, steps };
}

/** When a deployment last changed: what a stream looks at twice a second. null: it is gone. */
export async function deploymentVersion(db: Db, deploymentId: string): Promise<number | null> {
  const row = await db.deployment.findUnique({ where: { id: deploymentId }, select: { updatedAt: true } });
  return row?.updatedAt.getTime() ?? null;
}
