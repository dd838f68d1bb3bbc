import { systemActor } from "../access/actor";
import type { Db } from "../db/client";
import { recordAudit } from "./record";

const BEAT_MS = 15_000;
/** Without a sign of life for this long, the process behind an intent is gone. */
const GONE_MS = 120_000;

/**
 * Says that an intent is being worked on, until `end`. A process that dies stops saying so, and settleIntents
 * finds it.
 */
export async function openIntent(db: Db, runId: string): Promise<{ end(written: boolean): Promise<void> }> {
  await db.auditIntent.create({ data: { runId } });
  const timer = setInterval(() => {
    void db.auditIntent.updateMany({ where: { runId }, data: { seenAt: new Date() } }).catch(() => {});
  }, BEAT_MS).unref();
  return {
    /** @param written whether the outcome is on record; otherwise the intent is left to be settled */
    async end(written) {
      clearInterval(timer);
      if (written) await db.auditIntent.deleteMany({ where: { runId } });
    },
  };
}

/**
 * Finds intents whose process is gone and records that their outcome is in doubt. For the worker to call about
 * once a minute. A process that was only paused may still add its own outcome later; both rows stay.
 * @returns how many were settled
 */
export async function settleIntents(db: Db, goneMs = GONE_MS): Promise<number> {
  const stale = await db.auditIntent.findMany({
    where: { seenAt: { lt: new Date(Date.now() - goneMs) } },
    take: 500,
  });
  let settled = 0;
  for (const { runId, seenAt } of stale) {
    await db.$transaction(async (tx) => {
      const claimed = await tx.auditIntent.deleteMany({ where: { runId, seenAt } });
      if (claimed.count === 0) return;
      const rows = await tx.auditEvent.findMany({ where: { runId }, orderBy: { seq: "asc" } });
      const intent = rows[0];
      if (!intent || rows.length > 1) return;
      const resource = { type: intent.resourceType, id: intent.resourceId, label: intent.resourceLabel };
      await recordAudit(tx, {
        actor: systemActor,
        operation: intent.operation,
        scope: {
          projectId: intent.projectId,
          ...(intent.environmentId ? { environment: { id: intent.environmentId } } : {}),
          resource,
        },
        outcome: "in_doubt",
        runId,
        details: { error: "interrupted", intent: intent.seq.toString(), lastSeen: seenAt.toISOString() },
      });
      settled += 1;
    });
  }
  return settled;
}
