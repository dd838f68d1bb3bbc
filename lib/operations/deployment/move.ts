import { type DeploymentEvent, nextState, statesBefore } from "../../core/policy/state-machine";
import type { DeploymentState } from "../../core/run/types";
import type { Db, Tx } from "../../db/client";
import { Prisma } from "../../db/generated/client";
import { DomainError } from "../../errors";
import { noSuch } from "../project/find";

/** Columns that change together with the state. */
export type DeploymentChange = Omit<
  Prisma.DeploymentUncheckedUpdateManyInput,
  "state" | "updatedAt" | "finishedAt"
>;

const FINISHED = new Set<DeploymentState>(["succeeded", "failed", "cancelled"]);

/**
 * Takes a deployment through one transition of the table in core/policy. The row is locked first, so that two
 * people who press at once do not both succeed.
 * @throws DomainError conflict `deployment.state` when the event is not allowed in its state
 */
export async function moveDeployment(
  tx: Tx,
  deploymentId: string,
  event: DeploymentEvent,
  change: DeploymentChange = {},
): Promise<DeploymentState> {
  const state = await lockDeployment(tx, deploymentId);
  const to = nextState(state, event);
  if (!to) throw stateConflict(state, event);
  await tx.deployment.update({
    where: { id: deploymentId },
    data: { ...change, state: to, finishedAt: FINISHED.has(to) ? new Date() : null },
  });
  await touchDeployment(tx, deploymentId);
  return to;
}

/** Locks the row to the end of the transaction and says its state. @throws DomainError not_found */
export async function lockDeployment(tx: Tx, deploymentId: string): Promise<DeploymentState> {
  const rows = await tx.$queryRaw<{ state: DeploymentState }[]>(
    Prisma.sql`SELECT state FROM deployment WHERE id = ${deploymentId}::uuid FOR UPDATE`,
  );
  const row = rows[0];
  if (!row) throw noSuch("deployment");
  return row.state;
}

/** Makes the version of the deployment's live state grow; pages that watch it read it anew. */
export async function touchDeployment(tx: Tx | Db, deploymentId: string): Promise<void> {
  await tx.$executeRaw(
    Prisma.sql`UPDATE deployment SET updated_at = greatest(clock_timestamp(), updated_at + interval '1 ms')
               WHERE id = ${deploymentId}::uuid`,
  );
}

/** What is not possible in a state. */
export function stateConflict(state: DeploymentState, event: DeploymentEvent): DomainError {
  return new DomainError(
    "conflict",
    "deployment.state",
    `This cannot be done while the deployment is ${word(state)}.`,
    {
      details: { state, event, allowed: statesBefore(event) },
      hint: "Load the page again to see where it stands now.",
    },
  );
}

function word(state: DeploymentState): string {
  return state.replace("_", " ");
}
