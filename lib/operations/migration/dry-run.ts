import { z } from "zod";
import type { DryRun } from "../../core/run/types";
import { env } from "../../env";
import { parseConnectionString } from "../../postgres/connection/connect";
import { dryRun } from "../../postgres/dry-run/dry-run";
import { defineOperation } from "../define";
import { requireSteps } from "../deployment/insert";
import { planTarget } from "../deployment/plan-target";
import { noSuch, scopeOfTarget } from "../project/find";
import { targetSpec } from "../target/spec";

const DryRunInput = z.object({
  targetId: z.uuid(),
  /** Version or file name, it and everything pending before; without it, all that is pending. */
  to: z.string().min(1).max(300).optional(),
});

export interface PendingDryRun {
  migrations: { filename: string; version: string; name: string }[];
  dryRun: DryRun;
}

/**
 * Tries what is pending on a scratch copy of a target and tells what each statement did. The target is only read.
 * @throws DomainError target.*, shadow.*, dry_run.timeout; precondition `deployment.nothing`, `plan.*`
 */
export const dryRunPending = defineOperation({
  name: "migration.dry_run",
  permission: "migration.write",
  input: DryRunInput,
  audit: "target",
  intent: ({ to }) => ({ to: to ?? null }),
  scope: ({ db, input }) => scopeOfTarget(db, input.targetId),
  run: async ({ ctx, input, scope }): Promise<PendingDryRun> => {
    const target = await ctx.db.target.findUnique({
      where: { id: input.targetId },
      select: { settings: true },
    });
    if (!target) throw noSuch("target");
    const plan = await planTarget(ctx.db, { ...input, direction: "up" });
    requireSteps(plan, scope.environment?.name ?? "");
    const shadowUrl = env().DBMIGRATOR_SHADOW_URL;
    const result = await dryRun({
      target: await targetSpec(ctx.db, input.targetId),
      ...(shadowUrl ? { embedded: parseConnectionString(shadowUrl) } : {}),
      shadow: (target.settings as { shadow?: "auto" | "target_server" | "embedded" }).shadow ?? "auto",
      steps: plan.steps,
      guardAddresses: true,
      signal: ctx.signal,
    });
    ctx.note({ migrations: plan.planned.length, ok: result.ok, rollback: result.rollback.reason });
    return {
      migrations: plan.planned.map(({ filename, version, name }) => ({ filename, version, name })),
      dryRun: result,
    };
  },
});
