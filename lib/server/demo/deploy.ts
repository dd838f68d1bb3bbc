import { setTimeout as wait } from "node:timers/promises";
import type { Actor } from "../../access/actor";
import { db } from "../../db/client";
import { execute } from "../../operations/define";
import { createDeployment } from "../../operations/deployment/create";
import { runDeployment } from "../../operations/deployment/run";

/** Only for what hangs: on a small machine that has other work, a scratch copy alone takes minutes. */
const STEP_LIMIT_MS = 1_800_000;
const GOES_ON = ["checking", "queued", "running"];

/** Deploys one step of the history as a person would: ask, wait for the check, start, wait for the outcome. */
export async function deployStep(actor: Actor, targetId: string, to: string): Promise<void> {
  const earlier = await db().deployment.findFirst({
    where: { targetId, toVersion: to, state: { not: "cancelled" } },
    orderBy: { createdAt: "desc" },
    select: { id: true },
  });
  const { id } = earlier ?? (await execute(createDeployment, actor, { targetId, to }));
  const checked = await settled(id);
  if (checked.state === "succeeded") return;
  if (checked.state === "ready" || checked.state === "approved") {
    await execute(runDeployment, actor, {
      deploymentId: id,
      boundHash: checked.boundHash,
      confirm: checked.destroys,
    });
  }
  const { state } = await settled(id);
  if (state !== "succeeded") throw new Error(`the deployment to ${to} is ${state}`);
}

/** The deployment when neither check nor run is under way. */
async function settled(id: string) {
  const deadline = Date.now() + STEP_LIMIT_MS;
  for (;;) {
    const deployment = await db().deployment.findUniqueOrThrow({
      where: { id },
      select: { state: true, boundHash: true, destroys: true },
    });
    if (!GOES_ON.includes(deployment.state)) return deployment;
    if (Date.now() > deadline) throw new Error(`the deployment stays ${deployment.state}`);
    await wait(100);
  }
}
