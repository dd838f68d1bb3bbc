import { z } from "zod";
import { DomainError } from "../../errors";
import { defineOperation } from "../define";

/** The migration of a service by its file name: what a deployment knows it by. @throws DomainError not_found */
export const locateMigration = defineOperation({
  name: "search.locate",
  permission: "migration.read",
  input: z.object({
    project: z.string().min(1).max(100),
    service: z.string().min(1).max(200),
    filename: z.string().min(1).max(300),
  }),
  audit: "none",
  scope: async ({ db, input }) => {
    const row = await db.migration.findFirst({
      where: { filename: input.filename, service: { name: input.service, project: { slug: input.project } } },
      select: { id: true, service: { select: { projectId: true } } },
    });
    if (!row)
      throw new DomainError(
        "not_found",
        "access.not_found",
        "There is no such migration, or you may not see it.",
      );
    return {
      projectId: row.service.projectId,
      resource: { type: "migration", id: row.id, label: input.filename },
    };
  },
  run: async ({ scope }) => ({ id: scope.resource.id as string }),
});
