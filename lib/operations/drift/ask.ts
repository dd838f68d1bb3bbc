import type { Tx } from "../../db/client";
import { enqueue, type Jobs } from "../../queue/queue";

/**
 * Asks for a look at a target, which shows as being checked until a look that began later has ended. A look that is
 * under way does not count: it may have read what has changed since.
 */
export async function askForCheck(
  tx: Tx,
  targetId: string,
  trigger: Jobs["drift.check"]["trigger"] = "asked",
): Promise<Date> {
  const askedAt = new Date();
  await tx.targetDrift.upsert({
    where: { targetId },
    create: { targetId, askedAt },
    update: { askedAt },
  });
  await enqueue(tx, "drift.check", { targetId, trigger });
  return askedAt;
}

/**
 * After a run: what the last look said of a drifted target, or of one without a ledger, no longer stands. A target
 * without drift has none after a run either, and nobody waits for it.
 */
export async function lookAgainAfterRun(tx: Tx, targetId: string): Promise<void> {
  const last = await tx.targetDrift.findUnique({ where: { targetId }, select: { state: true } });
  if (last?.state && last.state !== "none") await askForCheck(tx, targetId, "run");
}
