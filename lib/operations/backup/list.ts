import { z } from "zod";
import type { Prisma } from "../../db/generated/client";
import { defineOperation } from "../define";
import { projectRef, projectRefScope } from "../deployment/project-ref";
import type { Page } from "../deployment/views";
import { nameReader } from "../user/names";
import { backupRow, rowColumns } from "./row";
import type { BackupRow } from "./views";

export const BACKUP_FILTERS = {
  open: { state: { in: ["queued", "running"] } },
  succeeded: { state: "succeeded" },
  failed: { state: { in: ["failed", "cancelled"] } },
  pinned: { pinned: true },
  proven: { testedState: "restores" },
  unproven: { state: "succeeded", testedState: { not: "restores" } },
} as const satisfies Record<string, Prisma.BackupWhereInput>;

const listBackupsInput = z.intersection(
  projectRef,
  z.object({
    filter: z.enum(Object.keys(BACKUP_FILTERS) as [keyof typeof BACKUP_FILTERS]).optional(),
    origin: z.enum(["manual", "schedule", "deployment", "restore", "imported"]).optional(),
    service: z.string().max(100).optional(),
    environment: z.string().max(100).optional(),
    label: z.string().max(60).optional(),
    limit: z.coerce.number().int().min(1).max(200).default(50),
    /** Where the page before ended. */
    after: z
      .string()
      .regex(/^\d{1,16}_[0-9a-f-]{36}$/)
      .optional(),
  }),
);

/** Backups of a project, newest first, by keyset over the time they were asked for. */
export const listBackups = defineOperation({
  name: "backup.list",
  permission: "backup.read",
  input: listBackupsInput,
  audit: "none",
  scope: projectRefScope,
  run: async ({ ctx, input, scope }): Promise<Page<BackupRow>> => {
    const [at, id] = input.after?.split("_") ?? [];
    const before = at && id ? new Date(Number(at)) : null;
    const rows = await ctx.db.backup.findMany({
      where: {
        projectId: scope.projectId ?? "",
        state: { not: "deleting" },
        AND: [
          input.filter ? BACKUP_FILTERS[input.filter] : {},
          before ? { OR: [{ createdAt: { lt: before } }, { createdAt: before, id: { lt: id ?? "" } }] } : {},
        ],
        ...(input.origin ? { origin: input.origin } : {}),
        ...(input.service ? { serviceName: input.service } : {}),
        ...(input.environment ? { environmentName: input.environment } : {}),
        ...(input.label ? { labels: { has: input.label } } : {}),
      },
      orderBy: [{ createdAt: "desc" }, { id: "desc" }],
      take: input.limit + 1,
      select: rowColumns,
    });
    const page = rows.slice(0, input.limit);
    const last = page.at(-1);
    const name = await nameReader(
      ctx.db,
      page.map((row) => row.createdByLabel),
    );
    return {
      rows: page.map((row) => backupRow(row, name)),
      next: rows.length > page.length && last ? `${last.createdAt.getTime()}_${last.id}` : null,
    };
  },
});
