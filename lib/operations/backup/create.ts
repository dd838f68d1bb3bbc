import { z } from "zod";
import { enqueue } from "../../queue/queue";
import { defineOperation } from "../define";
import { scopeOfTarget } from "../project/find";
import { storageFor } from "../storage/default";
import { Description, Labels, ScopeFields } from "./fields";
import { insertBackup } from "./insert";
import { requireScopeOf } from "./require-scope";

const MONTHS_120 = 3660;

/** Asks for a backup of a target; the worker makes it. */
export const createBackup = defineOperation({
  name: "backup.create",
  permission: "backup.create",
  input: z.object({
    targetId: z.uuid(),
    scope: ScopeFields.default({ kind: "database" }),
    /** Left out: the project's default, else the instance's. */
    storageId: z.uuid().optional(),
    description: Description.default(""),
    labels: Labels.default([]),
    /** Restored into a scratch database afterwards. */
    testAfter: z.boolean().default(false),
    pinned: z.boolean().default(false),
    /** Removed after so many days; left out: kept until somebody deletes it. */
    keepDays: z.number().int().min(1).max(MONTHS_120).optional(),
  }),
  audit: "change",
  scope: ({ db, input }) => scopeOfTarget(db, input.targetId),
  prepare: async ({ db, input, scope }) => {
    await requireScopeOf(db, input.targetId, input.scope);
    return storageFor(db, scope.projectId ?? "", input.storageId);
  },
  run: async ({ ctx, input, prepared: storage }) => {
    const { keepDays, storageId: _, pinned, ...wanted } = input;
    const row = await insertBackup(ctx.db, {
      ...wanted,
      storage,
      origin: "manual",
      createdBy: { id: ctx.actor.userId, label: ctx.actor.label },
      expiresAt: keepDays === undefined ? null : new Date(Date.now() + keepDays * 86_400_000),
    });
    if (pinned) await ctx.db.backup.update({ where: { id: row.id }, data: { pinned } });
    await enqueue(ctx.db, "backup.create", { backupId: row.id });
    ctx.note({ backupId: row.id, archive: row.filePath, scope: input.scope, labels: input.labels });
    return { id: row.id, snapshotId: row.snapshotId };
  },
});
