import { DomainError } from "../../errors";
import { defineOperation } from "../define";
import { lockDeployment } from "./move";
import { deploymentIdOf, deploymentRef, deploymentScope } from "./scope";
import { startCheck } from "./start-check";

/** Tries a failed or cancelled deployment again: from the check on, since the ledger may say something else by now. */
export const retryDeployment = defineOperation({
  name: "deployment.retry",
  permission: "deployment.create",
  input: deploymentRef,
  audit: "change",
  scope: deploymentScope,
  run: async ({ ctx, scope }) => {
    const id = deploymentIdOf(scope);
    const state = await lockDeployment(ctx.db, id);
    if (state !== "failed" && state !== "cancelled") {
      throw new DomainError(
        "conflict",
        "deployment.state",
        "Only what failed or was cancelled can be tried again.",
        { details: { state } },
      );
    }
    const { attempt } = await startCheck(ctx.db, id);
    ctx.note({ attempt });
    return { attempt };
  },
});
