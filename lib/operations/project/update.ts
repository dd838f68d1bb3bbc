import { z } from "zod";
import { defineOperation } from "../define";
import { ProjectName, Slug } from "./fields";
import { scopeOfProject } from "./find";

/** Renames a project or moves it to another address. */
export const updateProject = defineOperation({
  name: "project.update",
  permission: "project.write",
  input: z.object({ projectId: z.uuid(), name: ProjectName.optional(), slug: Slug.optional() }),
  audit: "change",
  scope: ({ db, input: { projectId } }) => scopeOfProject(db, projectId),
  async run({ ctx, input: { projectId, name, slug } }) {
    const before = await ctx.db.project.findUniqueOrThrow({ where: { id: projectId } });
    const after = await ctx.db.project.update({
      where: { id: projectId },
      data: { ...(name ? { name } : {}), ...(slug ? { slug } : {}) },
    });
    ctx.note({
      before: { name: before.name, slug: before.slug },
      after: { name: after.name, slug: after.slug },
    });
    return { slug: after.slug };
  },
});
