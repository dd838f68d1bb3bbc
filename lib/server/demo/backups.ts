import { setTimeout as wait } from "node:timers/promises";
import type { Actor } from "../../access/actor";
import { db } from "../../db/client";
import { createBackup } from "../../operations/backup/create";
import { execute } from "../../operations/define";
import { createSchedule } from "../../operations/schedule/save";

const LIMIT_MS = 120_000;

/** A nightly backup of production, and the first one, restored once to show that it comes back. */
export async function backUpDemo(actor: Actor, targetIds: readonly string[]): Promise<void> {
  for (const targetId of targetIds) {
    const planned = await db().backupSchedule.count({ where: { targetId } });
    if (planned === 0)
      await execute(createSchedule, actor, {
        targetId,
        cron: "10 2 * * *",
        timeZone: "UTC",
        testAfter: true,
      });
    const made = await db().backup.count({ where: { targetId } });
    if (made === 0)
      await execute(createBackup, actor, { targetId, description: "the first one", testAfter: true });
  }
  const deadline = Date.now() + LIMIT_MS;
  const open = () =>
    db().backup.count({ where: { targetId: { in: [...targetIds] }, state: { in: ["queued", "running"] } } });
  while ((await open()) > 0) {
    if (Date.now() > deadline) throw new Error("the first backup is not done");
    await wait(200);
  }
}
