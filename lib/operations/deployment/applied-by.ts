import { isFinished } from "../../core/policy/state-machine";
import type { Db } from "../../db/client";
import type { StoredOutcome } from "../run/view";
import type { LoadedDeployment } from "./load";

/**
 * File names of the versioned migrations that a deployment which is over has applied and that its rollbacks have not
 * taken back. All of its runs count: one that failed half way and is tried again is left with a plan of what was
 * still missing.
 */
export async function appliedBy(
  db: Db,
  deployment: Pick<LoadedDeployment, "id" | "serviceId" | "state" | "direction" | "plan">,
): Promise<string[]> {
  if (deployment.direction !== "up" || !isFinished(deployment.state)) return [];
  const rollbacks = await db.deployment.findMany({
    where: { promotedFromId: deployment.id, direction: "down" },
    select: { id: true },
  });
  const runs = await db.run.findMany({
    where: { deploymentId: { in: [deployment.id, ...rollbacks.map((one) => one.id)] } },
    orderBy: { createdAt: "asc" },
    select: { outcome: true },
  });
  // A run that was settled by hand has no outcome of its own.
  const names = new Set(deployment.state === "succeeded" ? deployment.plan.map((one) => one.filename) : []);
  for (const { outcome } of runs)
    for (const one of (outcome as unknown as StoredOutcome | null)?.outcome?.migrations ?? []) {
      if (one.outcome === "applied") names.add(one.migration);
      if (one.outcome === "reverted") names.delete(one.migration);
    }
  const versioned = await db.migration.findMany({
    where: { serviceId: deployment.serviceId, kind: "versioned", filename: { in: [...names] } },
    select: { filename: true },
  });
  return versioned.map((one) => one.filename);
}
