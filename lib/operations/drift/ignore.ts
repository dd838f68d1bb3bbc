import { z } from "zod";
import { defineOperation } from "../define";
import { personName } from "../deployment/person-name";
import { noSuch, scopeOfTarget } from "../project/find";
import { askForCheck } from "./ask";

const reason = z.string().trim().min(3).max(1000);

/**
 * Leaves objects of a target out of drift from now on, in its environment, with a reason that everybody sees. The
 * target is looked at again.
 */
export const ignoreDrift = defineOperation({
  name: "drift.ignore",
  permission: "drift.ignore",
  input: z.object({
    targetId: z.uuid(),
    /** `kind:name` with `*`, or a name with `*`; ids of changes are such patterns. */
    patterns: z.array(z.string().trim().min(1).max(500)).min(1).max(100),
    reason,
    /** Of every service in the environment. */
    everywhere: z.boolean().default(false),
  }),
  audit: "change",
  scope: ({ db, input: { targetId } }) => scopeOfTarget(db, targetId),
  run: async ({ ctx, input }): Promise<{ ids: string[] }> => {
    const { targetId, patterns, everywhere } = input;
    const target = await ctx.db.target.findUniqueOrThrow({ where: { id: targetId } });
    const createdBy = await personName(ctx.db, ctx.actor);
    const ids: string[] = [];
    for (const pattern of new Set(patterns)) {
      const row = await ctx.db.driftIgnore.create({
        data: {
          environmentId: target.environmentId,
          serviceId: everywhere ? null : target.serviceId,
          pattern,
          reason: input.reason,
          createdBy,
        },
      });
      ids.push(row.id);
    }
    await askForCheck(ctx.db, targetId, "ignored");
    ctx.note({ patterns: patterns.join(", "), reason: input.reason, everywhere });
    return { ids };
  },
});

/** Takes such a rule back. */
export const noticeDrift = defineOperation({
  name: "drift.notice",
  permission: "drift.ignore",
  input: z.object({ targetId: z.uuid(), ignoreId: z.uuid() }),
  audit: "change",
  scope: ({ db, input: { targetId } }) => scopeOfTarget(db, targetId),
  run: async ({ ctx, input: { targetId, ignoreId }, scope }) => {
    const row = await ctx.db.driftIgnore.findFirst({
      where: { id: ignoreId, environmentId: scope.environment?.id ?? "" },
    });
    if (!row) throw noSuch("rule");
    await ctx.db.driftIgnore.delete({ where: { id: row.id } });
    await askForCheck(ctx.db, targetId, "ignored");
    ctx.note({ pattern: row.pattern, reason: row.reason });
    return { id: row.id };
  },
});
