import { z } from "zod";
import { DomainError } from "../../errors";
import { closeConnection, openConnection } from "../../postgres/connection/connect";
import { recordBaseline } from "../../postgres/ledger/ledger";
import { acquireRunnerLock } from "../../postgres/runner/session";
import { enqueue } from "../../queue/queue";
import { defineOperation } from "../define";
import { personName } from "../deployment/person-name";
import { askForCheck } from "../drift/ask";
import { takeDrafts } from "../migration/take-drafts";
import { scopeOfTarget } from "../project/find";
import { specOf } from "../target/spec";
import { orderedMigrations } from "./detect";

const LOCK_WAIT_MS = 10_000;

/**
 * Records migrations as applied on a target without running them there: what an existing database already had. Those
 * that have a word in its ledger are left alone; a draft becomes one of the service's migrations, as in a first deployment.
 * @throws DomainError not_found `baseline.unknown_migration`; lock_timeout
 */
export const stampBaseline = defineOperation({
  name: "baseline.stamp",
  permission: "baseline.stamp",
  input: z.object({
    targetId: z.uuid(),
    /** File names. */
    migrations: z.array(z.string().min(1).max(300)).min(1).max(10_000),
  }),
  audit: "target",
  intent: ({ migrations }) => ({ migrations: migrations.length }),
  scope: ({ db, input: { targetId } }) => scopeOfTarget(db, targetId),
  run: async ({ ctx, input: { targetId, migrations } }): Promise<{ recorded: string[] }> => {
    const target = await ctx.db.target.findUniqueOrThrow({
      where: { id: targetId },
      include: { service: { select: { name: true } } },
    });
    const all = await orderedMigrations(ctx.db, target.serviceId, target.service.name, { drafts: true });
    const known = new Set(all.map((one) => one.filename));
    const unknown = migrations.find((name) => !known.has(name));
    if (unknown !== undefined) throw noMigration(unknown);
    const wanted = new Set(migrations);
    const chosen = all.filter((one) => wanted.has(one.filename));
    const drafts = chosen.filter((one) => one.draft).map((one) => one.id);
    const client = await openConnection(specOf(target), { guardAddresses: true });
    try {
      await acquireRunnerLock(client, LOCK_WAIT_MS, () => undefined);
      const appliedBy = await personName(ctx.db, ctx.actor);
      const recorded = await ctx.db.$transaction(
        async (tx) => {
          await takeDrafts(tx, target.serviceId, drafts);
          const recorded = await recordBaseline(client, chosen, { appliedBy, runId: ctx.runId });
          await askForCheck(tx, targetId);
          await enqueue(tx, "target.sync", { targetId });
          return recorded;
        },
        { timeout: 30_000, maxWait: 15_000 },
      );
      ctx.note({ recorded: recorded.join(", ").slice(0, 4000) });
      return { recorded };
    } finally {
      await closeConnection(client);
    }
  },
});

function noMigration(filename: string): DomainError {
  return new DomainError("not_found", "baseline.unknown_migration", `There is no migration ${filename}.`, {
    details: { filename },
  });
}
