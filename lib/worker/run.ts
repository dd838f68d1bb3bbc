import { db } from "../db/client";
import { type ExecuteOptions, executeRun } from "../operations/run/execute";
import type { Job } from "../queue/queue";

/** Carries out runs; `working` holds those at work, for a stop that waits for them. */
export function runHandler(options: ExecuteOptions, working: Set<Promise<unknown>>) {
  return async (jobs: Job<"deployment.run">[]): Promise<void> => {
    for (const job of jobs) {
      const run = executeRun(db(), job.data.runId, options);
      working.add(run);
      await run.finally(() => working.delete(run));
    }
  };
}
