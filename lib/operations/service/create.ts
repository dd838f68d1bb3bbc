import { z } from "zod";
import { defineOperation } from "../define";
import { ShortName } from "../project/fields";
import { scopeOfProject } from "../project/find";
import { Description, Schemas } from "./fields";

/** Adds a service: a set of ordered migrations of its own. */
export const createService = defineOperation({
  name: "service.create",
  permission: "service.write",
  input: z.object({
    projectId: z.uuid(),
    name: ShortName,
    description: Description.default(""),
    schemas: Schemas.default([]),
  }),
  audit: "change",
  scope: ({ db, input: { projectId } }) => scopeOfProject(db, projectId),
  async run({ ctx, input }) {
    const row = await ctx.db.service.create({ data: input });
    ctx.note({ serviceId: row.id, name: row.name, schemas: row.schemas });
    return { id: row.id, name: row.name };
  },
});
