import { defineOperation } from "../define";
import { lockDeployment, moveDeployment, touchDeployment } from "./move";
import { deploymentIdOf, deploymentRef, deploymentScope } from "./scope";

/**
 * Cancels: what has not started never starts; what runs is asked to stop, and the runner undoes the migration it
 * is at. Asking twice is no error.
 */
export const cancelDeployment = defineOperation({
  name: "deployment.cancel",
  permission: "deployment.cancel",
  input: deploymentRef,
  audit: "change",
  scope: deploymentScope,
  run: async ({ ctx, scope }) => {
    const id = deploymentIdOf(scope);
    const state = await lockDeployment(ctx.db, id);
    ctx.note({ state });
    if (state === "running") {
      await ctx.db.run.updateMany({
        where: { deploymentId: id, state: "running", cancelAskedAt: null },
        data: { cancelAskedAt: new Date() },
      });
      await touchDeployment(ctx.db, id);
      return { state: "running" as const, asked: true };
    }
    if (state === "queued") {
      await ctx.db.run.updateMany({
        where: { deploymentId: id, state: "queued" },
        data: { state: "cancelled", finishedAt: new Date(), cancelAskedAt: new Date() },
      });
    }
    if (state === "checking") {
      await ctx.db.deploymentCheck.updateMany({
        where: { deploymentId: id, finishedAt: null },
        data: { finishedAt: new Date(), progress: null },
      });
    }
    await moveDeployment(ctx.db, id, "cancel");
    return { state: "cancelled" as const, asked: false };
  },
});
