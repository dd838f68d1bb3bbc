import { db } from "../db/client";
import { maintainBackups } from "../operations/backup/maintain";
import { performBackup, type WorkOptions } from "../operations/backup/perform";
import { performUse } from "../operations/restore/perform";
import type { Job } from "../queue/queue";
import { logFailure } from "../transport/failure-log";

/** Makes backups; `working` holds those at work, for a stop that waits for them. */
export function backupHandler(options: WorkOptions, working: Set<Promise<unknown>>) {
  return (jobs: Job<"backup.create">[]) =>
    each(jobs, working, ({ data }) => performBackup(db(), data.backupId, options));
}

/** Verifies, tests and restores. */
export function backupUseHandler(options: WorkOptions, working: Set<Promise<unknown>>) {
  return (jobs: Job<"backup.use">[]) =>
    each(jobs, working, ({ data }) => performUse(db(), data.useId, options));
}

/** Schedules that are due, retention, expiry. */
export async function maintainHandler(): Promise<void> {
  await maintainBackups(db(), (error) => void logFailure(error, "backups.maintain"));
}

async function each<J>(
  jobs: readonly J[],
  working: Set<Promise<unknown>>,
  work: (job: J) => Promise<unknown>,
): Promise<void> {
  for (const job of jobs) {
    const doing = work(job);
    working.add(doing);
    await doing.finally(() => working.delete(doing));
  }
}
