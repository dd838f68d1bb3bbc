import { isFinished } from "../../core/policy/state-machine";
import { DomainError } from "../../errors";
import { defineOperation } from "../define";
import { lockDeployment } from "./move";
import { deploymentIdOf, deploymentRef, deploymentScope } from "./scope";
import { startCheck } from "./start-check";

/** Checks a deployment again, from its ledger on: somebody asks, or something changed under it. */
export const checkDeployment = defineOperation({
  name: "deployment.check",
  permission: "deployment.create",
  input: deploymentRef,
  audit: "change",
  scope: deploymentScope,
  run: async ({ ctx, scope }) => {
    const id = deploymentIdOf(scope);
    const state = await lockDeployment(ctx.db, id);
    if (isFinished(state)) {
      throw new DomainError("conflict", "deployment.state", "It is finished; try it again instead.", {
        details: { state },
      });
    }
    const { attempt } = await startCheck(ctx.db, id);
    ctx.note({ attempt });
    return { attempt };
  },
});
