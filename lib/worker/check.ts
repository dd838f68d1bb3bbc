import type { Job } from "pg-boss";
import { db } from "../db/client";
import { performCheck } from "../operations/deployment/perform-check";
import type { Jobs } from "../queue/queue";

/** Carries out checks. One that its worker did not live to finish is repeated by the queue. */
export async function checkHandler(jobs: Job<Jobs["deployment.check"]>[]): Promise<void> {
  for (const job of jobs) await performCheck(db(), job.data, job.signal);
}
