import { z } from "zod";
import { confirmName, requireNothingRunning } from "../confirm";
import { defineOperation } from "../define";
import { scopeOfTarget } from "../project/find";

/** Forgets a target with its deployments and runs. The database itself and its ledger are not touched. */
export const deleteTarget = defineOperation({
  name: "target.delete",
  permission: "target.write",
  input: z.object({ targetId: z.uuid(), confirm: z.string() }),
  audit: "change",
  scope: ({ db, input: { targetId } }) => scopeOfTarget(db, targetId),
  async run({ ctx, input: { targetId, confirm } }) {
    const { host, port, database } = await ctx.db.target.findUniqueOrThrow({ where: { id: targetId } });
    confirmName(database, confirm);
    await requireNothingRunning(ctx.db, { id: targetId });
    await ctx.db.target.delete({ where: { id: targetId } });
    ctx.note({ host, port, database });
  },
});
