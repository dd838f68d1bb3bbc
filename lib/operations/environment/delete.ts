import { z } from "zod";
import { confirmName, requireNothingRunning } from "../confirm";
import { defineOperation } from "../define";
import { scopeOfEnvironment } from "../project/find";

/** Removes an environment with its targets, deployments and runs. The databases are not touched. */
export const deleteEnvironment = defineOperation({
  name: "environment.delete",
  permission: "environment.write",
  input: z.object({ environmentId: z.uuid(), confirm: z.string() }),
  audit: "change",
  scope: ({ db, input: { environmentId } }) => scopeOfEnvironment(db, environmentId),
  async run({ ctx, input: { environmentId, confirm }, scope }) {
    confirmName(scope.resource.label, confirm);
    await requireNothingRunning(ctx.db, { environmentId });
    const targets = await ctx.db.target.findMany({
      where: { environmentId },
      select: { host: true, port: true, database: true, service: { select: { name: true } } },
    });
    await ctx.db.environment.delete({ where: { id: environmentId } });
    ctx.note({ targets: targets.map((t) => `${t.service.name}: ${t.host}:${t.port}/${t.database}`) });
  },
});
