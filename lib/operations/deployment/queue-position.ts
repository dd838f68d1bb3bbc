import { QUEUE_STATES } from "../../core/policy/state-machine";
import type { DeploymentState } from "../../core/run/types";
import type { Db, Tx } from "../../db/client";

/** The deployment of the same target that comes first, while it may still run; null: it is its turn. */
export async function deploymentAhead(
  db: Db | Tx,
  deployment: { targetId: string; number: number },
): Promise<{ number: number; state: DeploymentState } | null> {
  const row = await db.deployment.findFirst({
    where: {
      targetId: deployment.targetId,
      number: { lt: deployment.number },
      state: { in: [...QUEUE_STATES] },
    },
    orderBy: { number: "asc" },
    select: { number: true, state: true },
  });
  return row && { number: row.number, state: row.state as DeploymentState };
}

/** Those that wait behind on the same target: their plans were made for a ledger that has changed now. */
export async function deploymentsBehind(
  tx: Tx,
  deployment: { targetId: string; number: number },
): Promise<string[]> {
  const rows = await tx.deployment.findMany({
    where: {
      targetId: deployment.targetId,
      number: { gt: deployment.number },
      state: { in: ["checking", "blocked", "ready", "awaiting_approval", "approved"] },
    },
    orderBy: { number: "asc" },
    select: { id: true },
  });
  return rows.map((row) => row.id);
}
