import { z } from "zod";
import type { Db } from "../../db/client";
import { ScopeFields } from "../backup/fields";
import { defineOperation, type Scope } from "../define";
import { noSuch, scopeOfTarget } from "../project/find";
import { storageFor } from "../storage/default";
import { Cron, nextTime, TimeZone } from "./cron";

const fields = {
  /** `test`: restores the newest backup into a scratch database. */
  kind: z.enum(["backup", "test"]).default("backup"),
  cron: Cron,
  timeZone: TimeZone.default("UTC"),
  scope: ScopeFields.default({ kind: "database" }),
  storageId: z.uuid().nullable().default(null),
  testAfter: z.boolean().default(false),
  enabled: z.boolean().default(true),
};

const scheduleRef = z.object({ scheduleId: z.uuid() });

export async function scheduleScope({
  db,
  input,
}: {
  db: Db;
  input: { scheduleId: string };
}): Promise<Scope> {
  const row = await db.backupSchedule.findUnique({ where: { id: input.scheduleId } });
  if (!row) throw noSuch("schedule");
  const scope = await scopeOfTarget(db, row.targetId);
  const label = `${row.kind} of ${scope.resource.label}, ${row.cron}`;
  return { ...scope, resource: { type: "schedule", id: row.id, label } };
}

export const createSchedule = defineOperation({
  name: "schedule.create",
  permission: "backup.configure",
  input: z.object({ targetId: z.uuid(), ...fields }),
  audit: "change",
  scope: ({ db, input }) => scopeOfTarget(db, input.targetId),
  prepare: async ({ db, input, scope }) => {
    if (input.storageId) await storageFor(db, scope.projectId ?? "", input.storageId);
  },
  run: async ({ ctx, input, scope }) => {
    const row = await ctx.db.backupSchedule.create({
      data: {
        ...input,
        scope: input.scope as object,
        projectId: scope.projectId ?? "",
        nextAt: nextOf(input),
        createdBy: ctx.actor.label,
      },
    });
    ctx.note({ scheduleId: row.id, created: input });
    return { id: row.id };
  },
});

export const updateSchedule = defineOperation({
  name: "schedule.update",
  permission: "backup.configure",
  input: scheduleRef.extend(fields),
  audit: "change",
  scope: scheduleScope,
  prepare: async ({ db, input, scope }) => {
    if (input.storageId) await storageFor(db, scope.projectId ?? "", input.storageId);
  },
  run: async ({ ctx, input }) => {
    const { scheduleId, ...change } = input;
    const before = await ctx.db.backupSchedule.findUniqueOrThrow({ where: { id: scheduleId } });
    await ctx.db.backupSchedule.update({
      where: { id: scheduleId },
      data: {
        ...{ ...change, scope: change.scope as object, nextAt: nextOf(change) },
        ...(promisesAnew(before, change) ? { since: new Date() } : {}),
      },
    });
    const { kind, cron, timeZone, scope, storageId, testAfter, enabled } = before;
    ctx.note({ before: { kind, cron, timeZone, scope, storageId, testAfter, enabled }, after: change });
    return { id: scheduleId };
  },
});

/** Removes a schedule; the backups that it made stay. */
export const deleteSchedule = defineOperation({
  name: "schedule.delete",
  permission: "backup.configure",
  input: scheduleRef,
  audit: "change",
  scope: scheduleScope,
  run: async ({ ctx, input }) => {
    await ctx.db.backupSchedule.delete({ where: { id: input.scheduleId } });
  },
});

type Promised = Pick<z.output<typeof updateSchedule.input>, "enabled" | "cron" | "timeZone">;

/** What it would have made while it was off, or by times that it did not have, is not missing. */
function promisesAnew(before: Promised, after: Promised): boolean {
  const on = after.enabled && !before.enabled;
  return on || after.cron !== before.cron || after.timeZone !== before.timeZone;
}

function nextOf({
  enabled,
  cron,
  timeZone,
}: {
  enabled: boolean;
  cron: string;
  timeZone: string;
}): Date | null {
  return enabled ? nextTime(cron, timeZone, new Date()) : null;
}
