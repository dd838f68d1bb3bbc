import type { Tx } from "../../db/client";
import { enqueue } from "../../queue/queue";

/**
 * Asks for a look at a target, which shows as being checked until a look that began later has ended. A look that is
 * under way does not count: it may have read what has changed since.
 */
export async function askForCheck(tx: Tx, targetId: string): Promise<Date> {
  const askedAt = new Date();
  await tx.targetDrift.upsert({
    where: { targetId },
    create: { targetId, askedAt },
    update: { askedAt },
  });
  await enqueue(tx, "drift.check", { targetId, trigger: "asked" });
  return askedAt;
}
