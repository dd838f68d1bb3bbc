import { z } from "zod";
import { defineOperation } from "../define";
import { scopeOfTarget } from "../project/find";
import { ROW_FIELDS, rowOf } from "./load";
import type { SchemaRow } from "./views";

/** Objects by their place in the tree: what a list of 5,000 tables shows of itself at a time. */
export const listSchema = defineOperation({
  name: "schema.list",
  permission: "target.read",
  input: z.object({
    targetId: z.uuid(),
    from: z.coerce.number().int().min(0),
    count: z.coerce.number().int().min(1).max(500).default(200),
  }),
  audit: "none",
  scope: ({ db, input }) => scopeOfTarget(db, input.targetId),
  run: async ({ ctx, input: { targetId, from, count } }): Promise<SchemaRow[]> => {
    const objects = await ctx.db.schemaObject.findMany({
      where: { targetId, ordinal: { gte: from, lt: from + count } },
      select: ROW_FIELDS,
      orderBy: { ordinal: "asc" },
    });
    return objects.map(rowOf);
  },
});
