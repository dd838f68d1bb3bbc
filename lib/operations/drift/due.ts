import { driftPolicyOf } from "../../core/policy/drift";
import type { Db } from "../../db/client";

/** Targets whose environment wants them looked at again by now. */
export async function dueDriftChecks(db: Db, now: Date): Promise<string[]> {
  const targets = await db.target.findMany({
    where: { service: { project: { archivedAt: null } } },
    select: {
      id: true,
      drift: { select: { checkedAt: true } },
      environment: { select: { driftPolicy: true, protected: true } },
    },
  });
  return targets
    .filter(({ drift, environment }) => {
      const { everyMinutes } = driftPolicyOf(environment.driftPolicy, environment.protected);
      if (everyMinutes === null) return false;
      const last = drift?.checkedAt?.getTime() ?? 0;
      return now.getTime() - last >= everyMinutes * 60_000;
    })
    .map(({ id }) => id);
}
