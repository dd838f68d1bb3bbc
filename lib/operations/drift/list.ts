import { z } from "zod";
import { defineOperation } from "../define";
import { scopeOfSlug } from "../project/find";
import { driftRow, ROW_INCLUDE } from "./row";
import type { DriftRow } from "./views";

/** The targets of a project with what the last look at each found. */
export const listDrift = defineOperation({
  name: "drift.list",
  permission: "drift.read",
  input: z.object({
    project: z.string().min(1).max(100),
    service: z.string().max(100).optional(),
    environment: z.string().max(100).optional(),
  }),
  audit: "none",
  scope: ({ db, input }) => scopeOfSlug(db, input.project),
  run: async ({ ctx, input, scope }): Promise<{ targets: DriftRow[] }> => {
    const rows = await ctx.db.target.findMany({
      where: {
        service: { projectId: scope.projectId ?? "", ...(input.service ? { name: input.service } : {}) },
        ...(input.environment ? { environment: { name: input.environment } } : {}),
      },
      orderBy: [{ environment: { position: "asc" } }, { service: { name: "asc" } }],
      include: ROW_INCLUDE,
    });
    return { targets: rows.map(driftRow) };
  },
});
