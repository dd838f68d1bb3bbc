import { hostname } from "node:os";
import { db } from "../db/client";
import { sweepBackups } from "../operations/backup/sweep";
import { sweepRuns } from "../operations/run/sweep";
import { boss, closeQueue, takeJobs } from "../queue/queue";
import { logFailure } from "../transport/failure-log";
import { backupHandler, backupUseHandler, maintainHandler } from "./backup";
import { checkHandler } from "./check";
import { driftHandler, scheduleDriftChecks } from "./drift";
import { maintain } from "./maintain";
import { runHandler } from "./run";
import { schemaHandler } from "./schema";
import { syncDueTargets, syncHandler } from "./sync";

export interface WorkerOptions {
  /** Milliseconds between two signs of life of a run. */
  heartbeatMs?: number;
  /** Milliseconds without one after which a run's worker is taken for dead. */
  staleAfterMs?: number;
  /** Milliseconds between two looks for dead runs and lost jobs. */
  sweepMs?: number;
  /** Milliseconds between two writes of a run's progress. */
  flushMs?: number;
  /** Reads ledgers and does the instance's chores from time to time; tests turn it off. */
  periodic?: boolean;
}

export interface Worker {
  id: string;
  /** Takes no new work; runs that are at it are left to finish until `graceMs`, then to whoever takes them over. */
  stop(graceMs?: number): Promise<void>;
}

const DEFAULTS = { heartbeatMs: 2000, staleAfterMs: 15_000, sweepMs: 5000, flushMs: 150, periodic: true };
const STOP_GRACE_MS = 10_000;

const store = globalThis as typeof globalThis & { dbmigratorWorker?: Promise<Worker> | undefined };

/** Starts the one worker of this process; asking again gives the same. */
export function startWorker(options: WorkerOptions = {}): Promise<Worker> {
  store.dbmigratorWorker ??= launch({ ...DEFAULTS, ...options }).catch((error: unknown) => {
    store.dbmigratorWorker = undefined;
    throw error;
  });
  return store.dbmigratorWorker;
}

/** Stops the worker of this process, when there is one. */
export async function stopWorker(graceMs?: number): Promise<void> {
  await (await store.dbmigratorWorker)?.stop(graceMs);
}

async function launch(options: Required<WorkerOptions>): Promise<Worker> {
  const queue = await boss();
  const id = `${hostname()} ${process.pid} ${crypto.randomUUID().slice(0, 8)}`;
  const working = new Set<Promise<unknown>>();
  const run = runHandler(
    {
      ...{ workerId: id, flushMs: options.flushMs, heartbeatMs: options.heartbeatMs },
      onUnexpected: (error) => void logFailure(error, "deployment.run"),
    },
    working,
  );
  const polling = { pollingIntervalSeconds: 1, notifyPollingIntervalSeconds: 5 };
  await takeJobs("deployment.check", 2, polling, checkHandler);
  await takeJobs("deployment.run", 4, polling, run);
  await takeJobs("drift.check", 1, polling, driftHandler);
  await takeJobs("target.sync", 2, polling, syncHandler);
  await takeJobs("schema.read", 1, polling, schemaHandler);
  const backups = {
    ...{ workerId: id, flushMs: Math.max(options.flushMs, 300), heartbeatMs: options.heartbeatMs },
    onUnexpected: (error: unknown) => void logFailure(error, "backup"),
  };
  await takeJobs("backup.create", 2, polling, backupHandler(backups, working));
  await takeJobs("backup.use", 2, polling, backupUseHandler(backups, working));
  await queue.work("backups.maintain", { pollingIntervalSeconds: 5 }, maintainHandler);
  const sweepOptions = { workerId: id, staleAfterMs: options.staleAfterMs, lostAfterMs: 5000 };
  const sweeps = [
    repeat(options.sweepMs, () => sweepRuns(db(), sweepOptions)),
    repeat(options.sweepMs, () => sweepBackups(db(), sweepOptions)),
  ];
  if (options.periodic) await startChores();
  return {
    id,
    stop: async (graceMs = STOP_GRACE_MS) => {
      store.dbmigratorWorker = undefined;
      const ending = [...sweeps.map((sweep) => sweep.stop()), ...working];
      await Promise.race([
        Promise.allSettled(ending),
        new Promise((resolve) => setTimeout(resolve, graceMs).unref()),
      ]);
      await closeQueue();
    },
  };
}

async function startChores(): Promise<void> {
  const queue = await boss();
  await queue.work("targets.sync", { pollingIntervalSeconds: 30 }, () => syncDueTargets());
  await queue.work("instance.maintain", { pollingIntervalSeconds: 30 }, () => maintain());
  await queue.work("drift.schedule", { pollingIntervalSeconds: 30 }, () => scheduleDriftChecks());
  await queue.schedule("drift.schedule", "*/5 * * * *");
  await queue.schedule("targets.sync", "*/5 * * * *");
  await queue.schedule("instance.maintain", "* * * * *");
  await queue.schedule("backups.maintain", "* * * * *");
  await queue.send("targets.sync", {});
}

/** Calls `work` again and again, the next time only when the last has ended. `stop` waits for one that is at it. */
function repeat(everyMs: number, work: () => Promise<void>): { stop(): Promise<void> } {
  let timer: NodeJS.Timeout;
  let turning = Promise.resolve();
  let stopped = false;
  const turn = async () => {
    await work().catch((error: unknown) => {
      if (!stopped) logFailure(error, "sweep");
    });
    if (!stopped) timer = setTimeout(begin, everyMs);
  };
  const begin = () => {
    turning = turn();
  };
  timer = setTimeout(begin, 0);
  return {
    stop: () => {
      stopped = true;
      clearTimeout(timer);
      return turning;
    },
  };
}
