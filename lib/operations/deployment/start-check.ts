import type { Tx } from "../../db/client";
import { enqueue } from "../../queue/queue";
import { moveDeployment } from "./move";

/**
 * Takes a deployment into `checking` and asks a worker for the check. A check that is under way is superseded.
 * @throws DomainError conflict when it cannot be checked in its state
 */
export async function startCheck(
  tx: Tx,
  deploymentId: string,
): Promise<{ checkId: string; attempt: number }> {
  await moveDeployment(tx, deploymentId, "check");
  return addCheck(tx, deploymentId);
}

/** The new attempt of a deployment that is in `checking` already. */
export async function addCheck(tx: Tx, deploymentId: string): Promise<{ checkId: string; attempt: number }> {
  const last = await tx.deploymentCheck.findFirst({
    where: { deploymentId },
    orderBy: { attempt: "desc" },
    select: { attempt: true },
  });
  const attempt = (last?.attempt ?? 0) + 1;
  const check = await tx.deploymentCheck.create({ data: { deploymentId, attempt, progress: "waiting" } });
  await enqueue(tx, "deployment.check", { deploymentId, checkId: check.id });
  return { checkId: check.id, attempt };
}
