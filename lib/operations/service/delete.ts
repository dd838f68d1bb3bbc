import { z } from "zod";
import { confirmName, requireNothingRunning } from "../confirm";
import { defineOperation } from "../define";
import { scopeOfService } from "../project/find";

/** Removes a service with its migrations, targets and history. The databases are not touched. */
export const deleteService = defineOperation({
  name: "service.delete",
  permission: "service.write",
  input: z.object({ serviceId: z.uuid(), confirm: z.string() }),
  audit: "change",
  scope: ({ db, input: { serviceId } }) => scopeOfService(db, serviceId),
  async run({ ctx, input: { serviceId, confirm }, scope }) {
    confirmName(scope.resource.label, confirm);
    await requireNothingRunning(ctx.db, { serviceId });
    const migrations = await ctx.db.migration.count({ where: { serviceId } });
    await ctx.db.service.delete({ where: { id: serviceId } });
    ctx.note({ migrations });
  },
});
