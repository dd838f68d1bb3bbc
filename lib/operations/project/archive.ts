import { z } from "zod";
import { DomainError } from "../../errors";
import { confirmName, requireNothingRunning } from "../confirm";
import { defineOperation } from "../define";
import { noSuch, scopeOfProject } from "./find";

/**
 * Takes a project out of use: nobody opens it, its tokens stop working, its databases are not touched. History
 * stays; an administrator of the instance can bring it back.
 */
export const archiveProject = defineOperation({
  name: "project.archive",
  permission: "project.write",
  input: z.object({ projectId: z.uuid(), confirm: z.string() }),
  audit: "change",
  scope: ({ db, input: { projectId } }) => scopeOfProject(db, projectId),
  async run({ ctx, input: { projectId, confirm } }) {
    const project = await ctx.db.project.findUnique({ where: { id: projectId, archivedAt: null } });
    if (!project) throw noSuch("project");
    confirmName(project.name, confirm);
    await requireNothingRunning(ctx.db, { service: { projectId } });
    await ctx.db.project.update({ where: { id: projectId }, data: { archivedAt: new Date() } });
  },
});

export const restoreProject = defineOperation({
  name: "project.restore",
  permission: "instance_admin",
  input: z.object({ projectId: z.uuid() }),
  audit: "change",
  scope: ({ db, input: { projectId } }) => scopeOfProject(db, projectId),
  async run({ ctx, input: { projectId } }) {
    const restored = await ctx.db.project.updateMany({
      where: { id: projectId, archivedAt: { not: null } },
      data: { archivedAt: null },
    });
    if (restored.count === 0)
      throw new DomainError("conflict", "project.not_archived", "This project is in use already.");
  },
});
