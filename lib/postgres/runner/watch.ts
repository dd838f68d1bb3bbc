import type pg from "pg";
import type { Blocker } from "../../core/run/types";

/** Who keeps a session waiting (documentation: pg_blocking_pids), with the relation that it waits for. */
const BLOCKERS = `
SELECT a.pid, a.usename AS "user", a.application_name AS application, a.state,
  pg_catalog.date_part('epoch', pg_catalog.clock_timestamp() - a.xact_start)::float8 AS "sinceSeconds",
  pg_catalog.left(a.query, 500) AS query, w.relation::regclass::text AS relation, w.mode
FROM pg_catalog.unnest(pg_catalog.pg_blocking_pids($1)) AS b(pid)
JOIN pg_catalog.pg_stat_activity a ON a.pid = b.pid
LEFT JOIN LATERAL (SELECT relation, mode FROM pg_catalog.pg_locks WHERE pid = $1 AND NOT granted LIMIT 1) w ON true`;

export async function readBlockers(monitor: pg.Client, pid: number): Promise<Blocker[]> {
  const found = await monitor.query<Blocker>(BLOCKERS, [pid]);
  return found.rows;
}

const FIRST_LOOK_MS = 300;
const NEXT_LOOK_MS = 1000;

/** What the watch saw last: told when a migration is undone for want of a lock. */
export interface Watch {
  blockers: Blocker[];
  /** Resolves when no cancel request is under way that could hit the next statement. */
  stop(): Promise<void>;
}

/**
 * Watches a statement from the session beside it, once it takes longer than 300 ms, and ends it when `signal` aborts.
 * A statement that is faster costs nothing.
 */
export function watchStatement(
  monitor: pg.Client,
  pid: number,
  onBlocked: (blockers: Blocker[], waitedMs: number) => void,
  signal?: AbortSignal,
): Watch {
  const start = performance.now();
  const watch: Watch = { blockers: [], stop: async () => {} };
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let request: Promise<unknown> = Promise.resolve();
  const cancel = async () => {
    // Again and again: a request that arrives between two statements of a message is lost.
    while (!stopped) {
      request = monitor.query("SELECT pg_catalog.pg_cancel_backend($1)", [pid]).catch(() => {});
      await request;
      await new Promise((resolve) => setTimeout(resolve, 150));
    }
  };
  const look = async () => {
    try {
      const blockers = await readBlockers(monitor, pid);
      if (stopped) return;
      if (blockers.length > 0) {
        watch.blockers = blockers;
        onBlocked(blockers, Math.round(performance.now() - start));
      }
    } catch {
      return; // The watch is a convenience: the statement goes on without it.
    }
    timer = setTimeout(look, NEXT_LOOK_MS);
  };
  timer = setTimeout(look, FIRST_LOOK_MS);
  watch.stop = async () => {
    stopped = true;
    clearTimeout(timer);
    signal?.removeEventListener("abort", cancel);
    await request;
  };
  if (signal?.aborted) void cancel();
  else signal?.addEventListener("abort", cancel, { once: true });
  return watch;
}
