import { z } from "zod";
import { roleForEnvironments } from "../../access/check";
import { can } from "../../access/permissions";
import type { BackupScope } from "../../core/backup/types";
import type { Db } from "../../db/client";
import type { StoredFailure } from "../backup/views";
import { defineOperation } from "../define";
import type { EnvironmentView } from "../deployment/views";
import { scopeOfSlug } from "../project/find";
import { Cron, describeCron, nextTimes, TimeZone } from "./cron";

export interface ScheduleView {
  id: string;
  targetId: string;
  service: string;
  environment: EnvironmentView;
  kind: "backup" | "test";
  cron: string;
  timeZone: string;
  /** In the reader's language. */
  words: Record<"en" | "es", string>;
  scope: BackupScope;
  storageId: string | null;
  storage: string | null;
  testAfter: boolean;
  enabled: boolean;
  nextAt: string | null;
  lastAt: string | null;
  /** Why its last turn asked for nothing. */
  lastError: StoredFailure | null;
  /** The newest backup that it made, where that failed. */
  lastFailed: { backupId: string; failure: StoredFailure | null } | null;
  mayChange: boolean;
}

export const listSchedules = defineOperation({
  name: "schedule.list",
  permission: "backup.read",
  input: z.object({ project: z.string().min(1).max(100) }),
  audit: "none",
  scope: ({ db, input }) => scopeOfSlug(db, input.project),
  run: async ({ ctx, scope }): Promise<ScheduleView[]> => {
    const projectId = scope.projectId ?? "";
    const rows = await ctx.db.backupSchedule.findMany({
      where: { projectId },
      orderBy: [{ target: { environment: { position: "asc" } } }, { createdAt: "asc" }],
      include: {
        storage: { select: { name: true } },
        target: {
          select: {
            service: { select: { name: true } },
            environment: { select: { id: true, name: true, color: true, protected: true } },
          },
        },
      },
    });
    const failed = await newestFailed(ctx.db, projectId);
    const roleAt = await roleForEnvironments(ctx.db, ctx.actor, projectId);
    return rows.map((row) => {
      const { environment, service } = row.target;
      return {
        ...{ id: row.id, targetId: row.targetId, cron: row.cron, timeZone: row.timeZone },
        kind: row.kind === "test" ? "test" : "backup",
        service: service.name,
        environment,
        words: { en: describeCron(row.cron, "en"), es: describeCron(row.cron, "es") },
        scope: row.scope as unknown as BackupScope,
        storageId: row.storageId,
        storage: row.storage?.name ?? null,
        testAfter: row.testAfter,
        enabled: row.enabled,
        nextAt: row.nextAt?.toISOString() ?? null,
        lastAt: row.lastAt?.toISOString() ?? null,
        lastError: row.lastError as ScheduleView["lastError"],
        lastFailed: failed.get(row.id) ?? null,
        mayChange: can(roleAt(environment.id), "backup.configure", environment.protected),
      };
    });
  },
});

/** Of each schedule whose newest finished backup failed, that one. */
async function newestFailed(
  db: Db,
  projectId: string,
): Promise<Map<string, NonNullable<ScheduleView["lastFailed"]>>> {
  const rows = await db.$queryRaw<{ id: string; backupId: string; failure: StoredFailure | null }[]>`
    SELECT s.id, newest.id AS "backupId", newest.error AS failure
    FROM backup_schedule s CROSS JOIN LATERAL (
      SELECT b.id, b.state, b.error FROM backup b
      WHERE b.target_id = s.target_id AND b.schedule_id = s.id AND b.state IN ('succeeded', 'failed')
      ORDER BY b.created_at DESC LIMIT 1) newest
    WHERE s.project_id = ${projectId}::uuid AND newest.state = 'failed'`;
  return new Map(rows.map(({ id, ...failed }) => [id, failed]));
}

/** What a schedule means, while somebody writes it. */
export const previewSchedule = defineOperation({
  name: "schedule.preview",
  permission: "backup.read",
  input: z.object({ project: z.string().min(1).max(100), cron: Cron, timeZone: TimeZone }),
  audit: "none",
  scope: ({ db, input }) => scopeOfSlug(db, input.project),
  run: async ({ input }) => ({
    words: { en: describeCron(input.cron, "en"), es: describeCron(input.cron, "es") },
    next: nextTimes(input.cron, input.timeZone, new Date(), 3).map((at) => at.toISOString()),
  }),
});
