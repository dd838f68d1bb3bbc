import { db } from "../db/client";
import { dueDriftChecks } from "../operations/drift/due";
import { performDriftCheck } from "../operations/drift/perform-check";
import { enqueue, type Job } from "../queue/queue";

/** Looks at one target. */
export async function driftHandler(jobs: Job<"drift.check">[]): Promise<void> {
  for (const job of jobs) await performDriftCheck(db(), job.data, job.signal);
}

/** Asks for the checks that the environments' policies want by now, once each while one is waiting. */
export async function scheduleDriftChecks(): Promise<void> {
  for (const targetId of await dueDriftChecks(db(), new Date())) {
    await db().$transaction((tx) => enqueue(tx, "drift.check", { targetId, trigger: "schedule" }, 300));
  }
}
