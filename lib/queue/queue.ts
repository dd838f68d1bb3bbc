import { type Job as BossJob, PgBoss } from "pg-boss";
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
 * Puts a job in the queue in the transaction of the change that asks for it: both are there, or neither.
 * @param onceIn seconds in which the same job is wished only once, for wishes that are repeated
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
  const once = onceIn === undefined ? {} : { singletonKey: JSON.stringify(data), singletonSeconds: onceIn };
  await queue.send(name, data, { ...once, db: { executeSql } });
}
