import { db } from "../db/client";
import { performCheck } from "../operations/deployment/perform-check";
import type { Job } from "../queue/queue";
import { logFailure } from "../transport/failure-log";

/** Carries out checks. One that its worker did not live to finish is repeated by the queue. */
export async function checkHandler(jobs: Job<"deployment.check">[]): Promise<void> {
  for (const job of jobs)
    await performCheck(db(), job.data, {
      signal: job.signal,
      onUnexpected: (error) => void logFailure(error, "deployment.check"),
    });
}
