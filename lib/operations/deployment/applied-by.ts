import { FINISHED_STATES } from "../../core/policy/state-machine";
import type { Db } from "../../db/client";
import type { StoredOutcome } from "../run/view";

/**
 * File names of the versioned migrations that a deployment which is over has applied, over all its runs: one that
 * failed half way and is tried again is left with a plan of what was still missing.
 */
export async function appliedBy(
  db: Db,
  deployment: {
    id: string;
    serviceId: string;
    state: string;
    direction: string;
    plan: readonly { filename: string }[];
  },
): Promise<string[]> {
  const isOver = (FINISHED_STATES as readonly string[]).includes(deployment.state);
  if (deployment.direction !== "up" || !isOver) return [];
  const runs = await db.run.findMany({ where: { deploymentId: deployment.id }, select: { outcome: true } });
  const applied = runs.flatMap(
    ({ outcome }) => (outcome as unknown as StoredOutcome | null)?.outcome?.migrations ?? [],
  );
  const names = applied.filter((one) => one.outcome === "applied").map((one) => one.migration);
  // What was settled by hand has no outcome of its own.
  if (deployment.state === "succeeded") names.push(...deployment.plan.map((one) => one.filename));
  const versioned = await db.migration.findMany({
    where: { serviceId: deployment.serviceId, kind: "versioned", filename: { in: names } },
    select: { filename: true },
  });
  return versioned.map((one) => one.filename);
}
