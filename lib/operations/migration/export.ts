import { z } from "zod";
import { writeMigrations } from "../../core/migration/layouts";
import { defineOperation } from "../define";
import { scopeOfSlug } from "../project/find";
import { toSource } from "./load";

const ExportMigrationsInput = z.object({
  project: z.string(),
  service: z.string().optional(),
  /** Only these; without them every migration of the service or project. */
  ids: z.array(z.uuid()).max(10_000).optional(),
});

/** The migrations as files that any of our commands reads back as the same migrations. */
export const exportMigrations = defineOperation({
  name: "migration.export",
  permission: "migration.read",
  input: ExportMigrationsInput,
  audit: "none",
  scope: ({ db, input }) => scopeOfSlug(db, input.project),
  run: async ({ ctx, input, scope }) => {
    const rows = await ctx.db.migration.findMany({
      where: {
        service: { projectId: scope.projectId ?? "", ...(input.service ? { name: input.service } : {}) },
        ...(input.ids ? { id: { in: input.ids } } : {}),
      },
      include: { service: { select: { name: true } } },
      orderBy: [{ serviceId: "asc" }, { sortKey: "asc" }, { filename: "asc" }],
    });
    return { files: writeMigrations(rows.map((row) => toSource(row, row.service.name))) };
  },
});
