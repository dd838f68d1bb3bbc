import { type Job as BossJob, PgBoss, type WorkOptions } from "pg-boss";
import type { Tx } from "../db/client";
import { env } from "../env";

/** Jobs by name; their payloads hold ids only, the truth is in the metadata store. */
export interface Jobs {
  "deployment.check": { deploymentId: string; checkId: string };
  "deployment.run": { runId: string };
  "target.sync": { targetId: string };
  /** Reads the schema that pages show anew, when one was read before. */
  "schema.read": { targetId: string };
  "backup.create": { backupId: string };
  /** Verifies, tests or restores an archive. */
  "backup.use": { useId: string };
  /** Asks for backups that are due, and removes what retention and expiry no longer keep. */
  "backups.maintain": Record<string, never>;
  /** Reads every ledger that was not read for a while. */
  "targets.sync": Record<string, never>;
  "drift.check": { targetId: string; trigger: "asked" | "schedule" | "adopted" | "ignored" | "run" };
  /** Asks for the drift checks that are due. */
  "drift.schedule": Record<string, never>;
  /** Signs the head of the audit chain, closes intents without an outcome, removes forgotten shadows. */
  "instance.maintain": Record<string, never>;
}
export type JobName = keyof Jobs;
/** A job as a worker gets it. */
export type Job<N extends JobName> = BossJob<Jobs[N]>;

/** The longest a job may hold its slot; a run that takes longer goes on under its own heartbeat. */
const DAY_SECONDS = 24 * 60 * 60 - 1;

/**
 * Checks are repeated when their worker dies. Runs never are by the queue: whoever finds a dead run asks the
 * ledger of its target first.
 */
const QUEUES: Record<JobName, { heartbeatSeconds?: number; retryLimit: number; expireInSeconds: number }> = {
  "deployment.check": { heartbeatSeconds: 10, retryLimit: 3, expireInSeconds: 3600 },
  "deployment.run": { retryLimit: 0, expireInSeconds: DAY_SECONDS },
  "backup.create": { retryLimit: 0, expireInSeconds: DAY_SECONDS },
  "backup.use": { retryLimit: 0, expireInSeconds: DAY_SECONDS },
  "backups.maintain": { retryLimit: 0, expireInSeconds: 3600 },
  "target.sync": { retryLimit: 0, expireInSeconds: 300 },
  "schema.read": { retryLimit: 0, expireInSeconds: 300 },
  "targets.sync": { retryLimit: 0, expireInSeconds: 300 },
  "drift.check": { heartbeatSeconds: 10, retryLimit: 1, expireInSeconds: 1800 },
  "drift.schedule": { retryLimit: 0, expireInSeconds: 300 },
  "instance.maintain": { retryLimit: 0, expireInSeconds: 600 },
};

const store = globalThis as typeof globalThis & { dbmigratorBoss?: Promise<PgBoss> | undefined };

/** The one pg-boss of this process, started on first use. */
export function boss(): Promise<PgBoss> {
  store.dbmigratorBoss ??= startBoss().catch((error: unknown) => {
    store.dbmigratorBoss = undefined;
    throw error;
  });
  return store.dbmigratorBoss;
}

async function startBoss(): Promise<PgBoss> {
  const works = env().DBMIGRATOR_ROLE !== "web";
  const instance = new PgBoss({
    connectionString: env().DATABASE_URL ?? "",
    application_name: "dbmigrator queue",
    schema: "queue",
    max: 4,
    useListenNotify: works,
    supervise: works,
    schedule: works,
    superviseIntervalSeconds: 10,
    monitorIntervalSeconds: 10,
  });
  instance.on("error", () => {});
  await instance.start();
  for (const [name, options] of Object.entries(QUEUES)) {
    await instance.createQueue(name, { ...options, notify: true, deleteAfterSeconds: 3600 });
  }
  return instance;
}

/** Closes the queue of this process; a later use starts it anew. */
export async function closeQueue(): Promise<void> {
  const starting = store.dbmigratorBoss;
  store.dbmigratorBoss = undefined;
  if (starting) await (await starting).stop({ graceful: true, timeout: 5_000, close: true });
}

/**
 * Takes jobs of a queue, in as many slots at once. A slot that ended one looks for the next right away: pg-boss by
 * itself waits for its next poll or word, and what piled up would go on at one job in five seconds.
 */
export async function takeJobs<N extends JobName>(
  name: N,
  slots: number,
  options: WorkOptions,
  handler: (jobs: Job<N>[]) => Promise<void>,
): Promise<void> {
  const queue = await boss();
  for (let slot = 0; slot < slots; slot += 1) {
    let id = "";
    id = await queue.work<Jobs[N]>(name, options, (jobs) =>
      handler(jobs).finally(() => queue.notifyWorker(id)),
    );
  }
}

/**
 * Puts a job in the queue in the transaction of the change that asks for it: both are there, or neither.
 * @param onceIn for wishes that are repeated: seconds in which the same job is wished only once, and never while it
 * still waits for a slot
 */
export async function enqueue<N extends JobName>(
  tx: Tx,
  name: N,
  data: Jobs[N],
  onceIn?: number,
): Promise<void> {
  const queue = await boss();
  const executeSql = async (text: string, values: unknown[] = []) => ({
    rows: await tx.$queryRawUnsafe<Record<string, unknown>[]>(text, ...values),
  });
  if (onceIn === undefined) {
    await queue.send(name, data, { db: { executeSql } });
    return;
  }
  const key = JSON.stringify(data);
  const waiting = await tx.$queryRaw<unknown[]>`
    SELECT 1 AS one FROM queue.job WHERE name = ${name} AND state < 'active' AND data = ${key}::jsonb LIMIT 1`;
  if (waiting.length > 0) return;
  await queue.send(name, data, { singletonKey: key, singletonSeconds: onceIn, db: { executeSql } });
}
