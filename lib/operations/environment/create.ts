import { z } from "zod";
import { defineOperation } from "../define";
import { EnvironmentColor, Policy, ShortName } from "../project/fields";
import { scopeOfProject } from "../project/find";

/** Adds an environment at the end of the project's order. */
export const createEnvironment = defineOperation({
  name: "environment.create",
  permission: "environment.write",
  input: z.object({
    projectId: z.uuid(),
    name: ShortName,
    protected: z.boolean().default(false),
    color: EnvironmentColor.default("development"),
    policy: Policy.default({}),
  }),
  audit: "change",
  scope: ({ db, input: { projectId } }) => scopeOfProject(db, projectId),
  async run({ ctx, input }) {
    const last = await ctx.db.environment.aggregate({
      where: { projectId: input.projectId },
      _max: { position: true },
    });
    const row = await ctx.db.environment.create({
      data: { ...input, position: (last._max.position ?? -1) + 1 },
    });
    const { projectId: _, ...created } = input;
    ctx.note({ environmentId: row.id, created });
    return { id: row.id };
  },
});
