import { z } from "zod";
import { planBothWays } from "../../core/comparison/plan-sql";
import type { Tx } from "../../db/client";
import { defineOperation } from "../define";
import { insertDeployment, requireSteps } from "../deployment/insert";
import { planTarget } from "../deployment/plan-target";
import { insertDraft } from "../migration/insert";
import { scopeOfTarget } from "../project/find";
import { requireDrift } from "./require-drift";

/**
 * Asks for a deployment that takes back what was changed by hand: a migration that runs nowhere else, checked,
 * approved and run like any other.
 * @throws DomainError precondition `drift.none`, `drift.unknown`; conflict `comparison.changed`
 */
export const revertDrift = defineOperation({
  name: "drift.revert",
  permission: "deployment.create",
  input: z.object({
    targetId: z.uuid(),
    /** Ids of changes; default: all. */
    changes: z.array(z.string().max(1000)).max(50_000).optional(),
    reason: z.string().trim().max(4000).optional(),
  }),
  audit: "target",
  scope: ({ db, input: { targetId } }) => scopeOfTarget(db, targetId),
  run: async ({ ctx, input: { targetId, changes, reason }, scope }) => {
    const { comparison, loaded } = await requireDrift(ctx, targetId, changes);
    const environment = loaded.view.environment.name;
    const scripts = revertScripts(planBothWays(comparison, changes), environment);
    const filename = await ctx.db.$transaction(async (tx) => {
      const draft = await insertDraft(tx, {
        serviceId: loaded.view.service.id,
        name: `revert_drift_in_${environment.replaceAll("-", "_")}`,
        ...scripts,
        userId: ctx.actor.userId,
      });
      return draft.filename;
    });
    try {
      const plan = await planTarget(ctx.db, {
        targetId,
        direction: "up",
        only: [filename],
        drafts: [filename],
      });
      requireSteps(plan, environment);
      const made = await ctx.db.$transaction(
        (tx) =>
          insertDeployment(tx, ctx.actor, {
            projectId: scope.projectId ?? "",
            targetId,
            direction: "up",
            plan,
            reason,
          }),
        { timeout: 30_000, maxWait: 15_000 },
      );
      ctx.note({ number: made.number, migration: filename });
      return { ...made, migration: filename };
    } catch (error) {
      await ctx.db.$transaction((tx) => removeDraft(tx, loaded.view.service.id, filename));
      throw error;
    }
  },
});

/** The reverse of what somebody did: from what is there to what the ledger says. */
function revertScripts(
  { up, down }: ReturnType<typeof planBothWays>,
  environment: string,
): { up: string; down: string | null } {
  const head = `-- dbmigrator: reverts-drift environments=${environment}\n-- Takes back what was changed by hand in ${environment}.\n`;
  return { up: `${head}${down}`, down: up === "" ? null : up };
}

async function removeDraft(tx: Tx, serviceId: string, filename: string): Promise<void> {
  await tx.migration.deleteMany({ where: { serviceId, filename, draft: true } });
}
