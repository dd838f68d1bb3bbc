import type pg from "pg";
import { DomainError } from "../../errors";
import { closeConnection, openConnection } from "../connection/connect";
import type { RunContext, StepResult } from "./context";
import { describeFailure, type MessageError, type ScriptMessage } from "./message";
import type { PreparedScript } from "./scripts";
import { acquireRunnerLock, pause, prepareSession } from "./session";
import { recordFailure, tellUnrecorded } from "./transaction";

interface Lost {
  failed: MessageError;
  message: ScriptMessage;
}

/**
 * The connection was lost while a transaction ran: whether it was committed is read from its row in the ledger, by a
 * new session that first takes the runner's lock. The old session gives that lock up only when it is over, so
 * nothing can change afterwards.
 */
export async function settleLostMigration(
  ctx: RunContext,
  script: PreparedScript,
  lost: Lost,
  began: number,
): Promise<StepResult> {
  const failure = describeFailure(lost.message, lost.failed, script.migration.filename);
  const durationMs = performance.now() - began;
  if (!(await reconnect(ctx))) {
    return {
      outcome: "in_doubt",
      durationMs,
      failure: {
        ...failure,
        hint: "The target did not come back: it is not known whether the transaction was committed. Its ledger tells.",
      },
    };
  }
  if (await hasRow(ctx.session.client, ctx.runId, script)) {
    const outcome = script.direction === "up" ? "applied" : "reverted";
    ctx.emit({ type: "migration.recorded", migration: script.migration.filename, durationMs });
    return { outcome, durationMs };
  }
  ctx.emit({ type: "migration.undone", migration: script.migration.filename, reason: "error" });
  await recordFailure(ctx, script, failure.message, durationMs).catch((error: Error) =>
    tellUnrecorded(ctx, error),
  );
  return { outcome: "failed", durationMs, failure };
}

async function hasRow(client: pg.Client, runId: string, script: PreparedScript): Promise<boolean> {
  const found = await client.query(
    `SELECT FROM dbmigrator.migrations_log
     WHERE service = $1 AND filename = $2 AND run_id = $3 AND direction = $4 AND status IN ('applied', 'reverted')`,
    [script.migration.service, script.migration.filename, runId, script.direction],
  );
  return (found.rowCount ?? 0) > 0;
}

/**
 * Puts a new session, which holds the lock, into the place of a lost one.
 * @returns false when the target stayed away or the old session did not end
 */
export async function reconnect(ctx: RunContext): Promise<boolean> {
  const deadline = Date.now() + ctx.settings.settleMs;
  const old = ctx.session;
  void closeConnection(old.client);
  void closeConnection(old.monitor);
  for (let turn = 0; Date.now() < deadline; turn++) {
    let client: pg.Client | undefined;
    try {
      client = await openConnection(ctx.spec, { ...ctx.connect, connectTimeoutMs: 5000 });
      const session = await prepareSession(client, ctx.spec, ctx.settings, ctx.connect);
      await endSession(client, old.pid, old.backendStart);
      await acquireRunnerLock(client, Math.max(0, deadline - Date.now()), () => {});
      ctx.session = session;
      ctx.dirty = false;
      return true;
    } catch (error) {
      if (client) void closeConnection(client);
      if (error instanceof DomainError && error.kind === "lock_timeout") return false;
      await pause(Math.min(2000, 200 * 2 ** turn));
    }
  }
  return false;
}

/** Ends what is left of our own lost session, recognised by its start: process numbers are used again. */
async function endSession(client: pg.Client, pid: number, backendStart: string): Promise<void> {
  await client
    .query(
      "SELECT pg_catalog.pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity WHERE pid = $1 AND backend_start::text = $2",
      [pid, backendStart],
    )
    .catch(() => {});
}
