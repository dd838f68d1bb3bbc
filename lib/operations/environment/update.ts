import { z } from "zod";
import { defineOperation } from "../define";
import { EnvironmentColor, Policy, ShortName } from "../project/fields";
import { scopeOfEnvironment } from "../project/find";

/** Changes an environment's name, colour, protection or policy. */
export const updateEnvironment = defineOperation({
  name: "environment.update",
  permission: "environment.write",
  input: z.object({
    environmentId: z.uuid(),
    name: ShortName.optional(),
    protected: z.boolean().optional(),
    color: EnvironmentColor.optional(),
    policy: Policy.optional(),
  }),
  audit: "change",
  scope: ({ db, input: { environmentId } }) => scopeOfEnvironment(db, environmentId),
  async run({ ctx, input: { environmentId, ...changes } }) {
    const data = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
    const before = await ctx.db.environment.findUniqueOrThrow({ where: { id: environmentId } });
    await ctx.db.environment.update({ where: { id: environmentId }, data });
    const old = Object.fromEntries(Object.keys(data).map((key) => [key, before[key as keyof typeof before]]));
    ctx.note({ before: old, after: data });
    return { id: environmentId };
  },
});
