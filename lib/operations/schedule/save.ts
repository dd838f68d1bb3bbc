import { z } from "zod";
import type { BackupScope } from "../../core/backup/types";
import type { Db } from "../../db/client";
import { ScopeFields } from "../backup/fields";
import { requireScopeOf } from "../backup/require-scope";
import { scopeKey } from "../backup/scope-key";
import { defineOperation, type Scope } from "../define";
import { noSuch, scopeOfTarget } from "../project/find";
import { storageFor } from "../storage/default";
import { Cron, nextTime, TimeZone } from "./cron";

const fields = {
  /** `test`: restores the newest backup into a scratch database. */
  kind: z.enum(["backup", "test"]),
  cron: Cron,
  timeZone: TimeZone,
  scope: ScopeFields,
  storageId: z.uuid().nullable(),
  testAfter: z.boolean(),
  enabled: z.boolean(),
};

/** What a new schedule promises, where little is said. */
export const ScheduleFields = z.object({
  kind: fields.kind.default("backup"),
  cron: fields.cron,
  timeZone: fields.timeZone.default("UTC"),
  scope: fields.scope.default({ kind: "database" }),
  storageId: fields.storageId.default(null),
  testAfter: fields.testAfter.default(false),
  enabled: fields.enabled.default(true),
});

export const scheduleRef = z.object({ scheduleId: z.uuid() });

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
  input: ScheduleFields.extend({ targetId: z.uuid() }),
  audit: "change",
  scope: ({ db, input }) => scopeOfTarget(db, input.targetId),
  prepare: async ({ db, input, scope }) => {
    if (input.storageId) await storageFor(db, scope.projectId ?? "", input.storageId);
    await requireScopeOf(db, input.targetId, input.scope);
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

/** Changes what is given; the rest stays as it is. */
export const updateSchedule = defineOperation({
  name: "schedule.update",
  permission: "backup.configure",
  input: scheduleRef.extend(z.object(fields).partial().shape),
  audit: "change",
  scope: scheduleScope,
  prepare: async ({ db, input, scope }) => {
    if (input.storageId) await storageFor(db, scope.projectId ?? "", input.storageId);
    if (!input.scope) return;
    const { targetId, scope: before } = await db.backupSchedule.findUniqueOrThrow({
      where: { id: input.scheduleId },
    });
    // What it backs up already may be gone by now, and its other fields can still be changed.
    if (scopeKey(input.scope) !== scopeKey(before as unknown as BackupScope))
      await requireScopeOf(db, targetId, input.scope);
  },
  run: async ({ ctx, input }) => {
    const { scheduleId, ...given } = input;
    const row = await ctx.db.backupSchedule.findUniqueOrThrow({ where: { id: scheduleId } });
    const { kind, cron, timeZone, scope, storageId, testAfter, enabled } = row;
    const before = { kind, cron, timeZone, scope, storageId, testAfter, enabled };
    const after = { ...before, ...withoutUndefined(given) };
    await ctx.db.backupSchedule.update({
      where: { id: scheduleId },
      data: {
        ...{ ...after, scope: after.scope as object, nextAt: nextOf(after) },
        ...(promisesAnew(before, after) ? { since: new Date() } : {}),
      },
    });
    ctx.note({ before, after });
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
    return { id: input.scheduleId };
  },
});

function withoutUndefined<T extends object>(given: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as never;
}

type Promised = Pick<z.output<typeof ScheduleFields>, "enabled" | "cron" | "timeZone">;

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
