import pg from "pg";
import type { Observation, Tracer } from "./trace";

/** More tables than this are not held back: the lock table of the server is for others too. */
const MOST_TABLES = 500;
/** Milliseconds after which a statement that asks for no lock on the held tables may go on. */
const HOLD_MS = 400;

export interface OutsideTools {
  /** Holds the tables for a moment, so that the first lock is seen waiting. */
  gate: pg.Client;
  /** Looks at pg_locks while the statement runs. */
  watcher: pg.Client;
}

/**
 * Watches a statement that PostgreSQL refuses in a transaction (CREATE INDEX CONCURRENTLY, VACUUM …): its locks are
 * gone when it ends, so a second session looks at pg_locks meanwhile. On an empty table that would be too short to
 * see; a third session therefore holds the tables until the statement is seen waiting for them.
 * @param run starts the statement
 */
export async function observeOutside(
  tracer: Tracer,
  tools: OutsideTools,
  session: pg.Client,
  run: () => Promise<void>,
): Promise<Observation> {
  const held = await hold(tools.gate, tracer.tables());
  const started = performance.now();
  let done = false;
  let failure: unknown;
  const running = run()
    .catch((error: unknown) => {
      failure = error;
    })
    .finally(() => {
      done = true;
    });
  const seen: Parameters<Tracer["read"]>[0] = [];
  let open = held;
  try {
    while (!done) {
      const { rows, waiting } = await tracer.peek(tools.watcher);
      seen.push(...rows);
      if (open && (waiting || performance.now() - started > HOLD_MS)) {
        open = false;
        await tools.gate.query("ROLLBACK");
      }
      await new Promise((next) => setImmediate(next));
    }
  } finally {
    if (open) await tools.gate.query("ROLLBACK").catch(() => undefined);
    await running;
  }
  if (failure) throw failure;
  const observation = tracer.read(seen, "later");
  return { ...observation, rewrites: await tracer.rewritten(session) };
}

async function hold(gate: pg.Client, tables: string[]): Promise<boolean> {
  if (tables.length === 0 || tables.length > MOST_TABLES) return false;
  await gate.query("BEGIN");
  try {
    await gate.query(`LOCK TABLE ONLY ${tables.join(", ONLY ")} IN SHARE UPDATE EXCLUSIVE MODE NOWAIT`);
    return true;
  } catch (error) {
    await gate.query("ROLLBACK");
    if (error instanceof pg.DatabaseError) return false;
    throw error;
  }
}
