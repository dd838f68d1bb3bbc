import { z } from "zod";
import { type Db, db } from "../../db/client";
import { defineOperation, instanceScope } from "../define";

export interface Health {
  status: "ok" | "degraded" | "down";
  /** The metadata store. */
  database: "connected" | "unreachable";
  /** Of all targets together, by the mirrors of their ledgers. */
  pending_migrations: number | null;
  last_migration: { filename: string; service: string; environment: string; at: string } | null;
  /** `held`: a run is at work on a target. */
  lock_status: "free" | "held" | null;
}

const WAIT_MS = 3000;

/**
 * Whether the instance works, for load balancers and monitors. Never throws: what is down is the answer.
 * `degraded`: a migration failed or is in doubt somewhere, or a ledger cannot be read.
 */
export const getHealth = defineOperation({
  name: "instance.health",
  permission: "public",
  input: z.object({}),
  audit: "none",
  scope: () => instanceScope("instance", "health"),
  run: () => readHealth(),
});

async function readHealth(): Promise<Health> {
  const timer = new AbortController();
  const late = new Promise<never>((_, reject) => {
    const handle = setTimeout(() => reject(new Error("timeout")), WAIT_MS);
    timer.signal.addEventListener("abort", () => clearTimeout(handle));
  });
  try {
    return await Promise.race([fromStore(db()), late]);
  } catch {
    return {
      status: "down",
      database: "unreachable",
      pending_migrations: null,
      last_migration: null,
      lock_status: null,
    };
  } finally {
    timer.abort();
  }
}

async function fromStore(store: Db): Promise<Health> {
  const [totals, running, last] = await Promise.all([
    store.$queryRaw<{ pending: number; bad: boolean }[]>`
      SELECT coalesce(sum(t.pending_count), 0)::int AS pending,
             coalesce(bool_or(t.failed_count > 0 OR t.sync_error IS NOT NULL), false) AS bad
      FROM target t JOIN service s ON s.id = t.service_id JOIN project p ON p.id = s.project_id
      WHERE p.archived_at IS NULL`,
    store.run.findFirst({ where: { state: "running" }, select: { id: true } }),
    store.$queryRaw<{ filename: string; service: string; environment: string; at: Date }[]>`
      SELECT d.plan -> -1 ->> 'filename' AS filename, s.name AS service, e.name AS environment, r.finished_at AS at
      FROM run r JOIN deployment d ON d.id = r.deployment_id JOIN target t ON t.id = r.target_id
        JOIN service s ON s.id = t.service_id JOIN environment e ON e.id = t.environment_id
      WHERE r.state = 'succeeded' AND r.finished_at IS NOT NULL
      ORDER BY r.created_at DESC LIMIT 1`,
  ]);
  const newest = last[0];
  return {
    status: totals[0]?.bad ? "degraded" : "ok",
    database: "connected",
    pending_migrations: totals[0]?.pending ?? 0,
    last_migration: newest ? { ...newest, at: newest.at.toISOString() } : null,
    lock_status: running ? "held" : "free",
  };
}
