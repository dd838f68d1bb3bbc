import { z } from "zod";
import { roleIn } from "../../access/check";
import { can } from "../../access/permissions";
import { planBothWays } from "../../core/comparison/plan-sql";
import { closeConnection, openConnection } from "../../postgres/connection/connect";
import { recordBaseline } from "../../postgres/ledger/ledger";
import { acquireRunnerLock } from "../../postgres/runner/session";
import { defineOperation } from "../define";
import { personName } from "../deployment/person-name";
import { differenceScripts } from "../migration/difference-scripts";
import { insertDraft } from "../migration/insert";
import { toSource } from "../migration/load";
import { MigrationName } from "../migration/name";
import { takeDrafts } from "../migration/take-drafts";
import { scopeOfTarget } from "../project/find";
import { specOf } from "../target/spec";
import { askForCheck } from "./ask";
import { requireDrift } from "./require-drift";

const LOCK_WAIT_MS = 10_000;

/**
 * Writes what was changed by hand into a migration of the service, for the other environments, and records it as
 * applied where it was found. Where the asker may not write to the ledger, the migration is a draft and says so.
 * @throws DomainError precondition `drift.none`, `drift.unknown`; lock_timeout
 */
export const adoptDrift = defineOperation({
  name: "drift.adopt",
  permission: "drift.adopt",
  input: z.object({
    targetId: z.uuid(),
    name: MigrationName,
    /** Ids of changes; default: all. */
    changes: z.array(z.string().max(1000)).max(50_000).optional(),
  }),
  audit: "target",
  intent: ({ name }) => ({ name }),
  scope: ({ db, input: { targetId } }) => scopeOfTarget(db, targetId),
  run: async ({ ctx, input, scope }) => {
    const { targetId } = input;
    const role = await roleIn(ctx.db, ctx.actor, scope.projectId ?? "", scope.environment?.id);
    const mayStamp = can(role, "baseline.stamp", scope.environment?.protected ?? false);
    const appliedBy = await personName(ctx.db, ctx.actor);
    const target = await ctx.db.target.findUniqueOrThrow({
      where: { id: targetId },
      include: { service: { select: { name: true } } },
    });
    const client = await openConnection(specOf(target), { guardAddresses: true });
    try {
      // Nobody runs migrations between the look and the word in the ledger.
      if (mayStamp) await acquireRunnerLock(client, LOCK_WAIT_MS, () => undefined);
      const { comparison } = await requireDrift(ctx, targetId, input.changes);
      const ways = planBothWays(comparison, input.changes);
      const scripts = differenceScripts(ways);
      const made = await ctx.db.$transaction(
        async (tx) => {
          const draft = await insertDraft(tx, {
            serviceId: target.serviceId,
            name: input.name,
            ...scripts,
            userId: ctx.actor.userId,
          });
          if (!mayStamp) return draft;
          await takeDrafts(tx, target.serviceId, [draft.id]);
          const source = toSource({ ...draft, draft: false }, target.service.name);
          await recordBaseline(client, [source], { appliedBy, runId: ctx.runId });
          return draft;
        },
        { timeout: 30_000, maxWait: 15_000 },
      );
      await ctx.db.$transaction((tx) => askForCheck(tx, targetId, "adopted"));
      ctx.note({ migration: made.filename, checksum: made.checksum, recorded: mayStamp });
      const { cannotBringBack } = ways;
      return { id: made.id, filename: made.filename, recorded: mayStamp, cannotBringBack };
    } finally {
      await closeConnection(client);
    }
  },
});
