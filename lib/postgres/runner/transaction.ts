import { maskSecrets } from "../../core/query/mask";
import type { Blocker } from "../../core/run/types";
import type { Unit } from "../../core/run/units";
import type { Statement } from "../../core/sql/types";
import { insertRowSql } from "../ledger/ledger-sql";
import type { PutBackPlan } from "../undo/put-back";
import {
  isCancelled,
  isConnectionLoss,
  isRetryable,
  ledgerStatements,
  localLimits,
  openingStatements,
  type RunContext,
  retryDelay,
  type StepResult,
} from "./context";
import {
  buildMessage,
  type DatabaseError,
  describeFailure,
  MessageError,
  type MessageReply,
  rowsOfTag,
  type ScriptMessage,
  sendMessage,
} from "./message";
import type { PreparedScript } from "./scripts";
import { pause } from "./session";
import { settleLostMigration } from "./settle";
import { keepsRows, planPutBack, putKeptBack, sendKeeping, sendPuttingOff } from "./undo";
import { watchStatement } from "./watch";

/** Everything of a migration in one transaction, its row in the ledger included. */
export async function runInTransaction(
  ctx: RunContext,
  script: PreparedScript,
  position: number,
): Promise<StepResult> {
  const { filename } = script.migration;
  const unit = script.units[0] ?? { kind: "transaction", statements: [], rolledBack: false };
  const began = performance.now();
  for (let attempt = 1; ; attempt++) {
    ctx.emit({ ...startEvent(script, position), attempt });
    const start = performance.now();
    const result = await tryUnit(ctx, script, unit, () =>
      insertRowSql({
        ...{
          migration: script.migration,
          direction: script.direction,
          appliedBy: ctx.appliedBy,
          runId: ctx.runId,
        },
        status: script.direction === "up" ? "applied" : "reverted",
        executionMs: ctx.settings.detail === "statements" ? performance.now() - start : "message",
        replaces: ctx.rows.get(script.key)?.id,
      }),
    );
    const durationMs = performance.now() - start;
    if (result.ok) {
      ctx.emit({ type: "migration.recorded", migration: filename, durationMs });
      return { outcome: script.direction === "up" ? "applied" : "reverted", durationMs };
    }
    if (isConnectionLoss(result.failed.error)) return settleLostMigration(ctx, script, result, began);
    const again = await prepareRetry(ctx, script, result, attempt);
    if (again) continue;
    const total = performance.now() - began;
    if (isCancelled(ctx, result.failed)) return { outcome: "cancelled", durationMs: total };
    const failure = describeFailure(result.message, result.failed, filename);
    await recordFailure(ctx, script, failure.message, total).catch((error: Error) =>
      tellUnrecorded(ctx, error),
    );
    return { outcome: "failed", durationMs: total, failure };
  }
}

export function startEvent(script: PreparedScript, position: number) {
  const { filename } = script.migration;
  const statements = script.statements.length;
  return {
    type: "migration.start",
    position,
    migration: filename,
    statements,
    transaction: script.mode,
  } as const;
}

export type UnitResult =
  | { ok: true; reply: MessageReply }
  | { ok: false; failed: MessageError; message: ScriptMessage; blockers: Blocker[] };

/**
 * Runs a unit and, before its COMMIT, statements of ours (ledger). In one message when nobody listens to single
 * statements; the transaction is rolled back when it fails.
 *
 * @param afterCommit statements for the session that travel with the last message
 */
export async function tryUnit(
  ctx: RunContext,
  script: PreparedScript,
  unit: Unit,
  ledger: () => string,
  afterCommit: readonly string[] = [],
): Promise<UnitResult> {
  let result: UnitResult = { ok: true, reply: { tags: [], fields: [] } };
  let putBack: PutBackPlan | null = null;
  for (const message of unitMessages(ctx, script, unit, { ledger, afterCommit })) {
    const failed = putBack && message.last ? await putKeptBack(ctx, script, putBack) : null;
    if (failed) result = failed;
    else if (putBack)
      result = await sendPuttingOff(ctx, putBack, message, (one, rescue) =>
        sendWatched(ctx, script, one, { rescue }),
      );
    else result = await sendKeeping(ctx, script, message, () => sendWatched(ctx, script, message));
    if (!result.ok) {
      if (!isConnectionLoss(result.failed.error)) await rollBack(ctx);
      return result;
    }
    if (message.first) putBack = await planPutBack(ctx, script);
  }
  ctx.dirty = script.touchesSession;
  return result;
}

/** Statement by statement, for those who watch and for rows that are kept or put back in between. */
function goesSingly(ctx: RunContext, script: PreparedScript): boolean {
  const putsBack = ctx.undo?.putBack === true && script.direction === "down";
  return ctx.settings.detail === "statements" || putsBack || keepsRows(ctx, script);
}

/** Built one after the other, so that what the ledger is told (the time taken) is known when its turn comes. */
function* unitMessages(
  ctx: RunContext,
  script: PreparedScript,
  unit: Unit,
  { ledger, afterCommit }: { ledger: () => string; afterCommit: readonly string[] },
): Generator<ScriptMessage & { first?: true; last?: true }> {
  const block = unit.kind === "block";
  const body = block ? unit.statements.slice(1, -1) : unit.statements;
  const begin = block ? (unit.statements[0]?.text ?? "BEGIN") : "BEGIN";
  const end = block ? (unit.statements.at(-1)?.text ?? "COMMIT") : "COMMIT";
  const before = [...openingStatements(ctx), begin, ...localLimits(script)];
  const after = () => {
    const own = ledgerStatements(script, ledger());
    // What a script rolls back itself must not take the ledger's word with it.
    const closing = unit.rolledBack ? [end, "BEGIN", ...own, "COMMIT"] : [...own, end];
    return [...closing, ...afterCommit];
  };
  if (!goesSingly(ctx, script)) {
    yield buildMessage(before, body, after());
    return;
  }
  yield { ...buildMessage(before, [], []), first: true };
  for (const statement of body) yield buildMessage([], [statement], []);
  yield { ...buildMessage([], [], after()), last: true };
}

/**
 * Sends one message under watch and tells its statement's events.
 * @param part `batch`: one of many times that its statement runs, which the caller tells itself
 * @param rescue after a refusal: whether the transaction goes on all the same
 */
export async function sendWatched(
  ctx: RunContext,
  script: PreparedScript,
  message: ScriptMessage,
  {
    part,
    rescue,
  }: { part?: "batch"; rescue?: ((error: DatabaseError) => Promise<boolean>) | undefined } = {},
): Promise<UnitResult> {
  const { filename } = script.migration;
  const single =
    !part && goesSingly(ctx, script) && message.statements.length === 1 ? message.statements[0] : undefined;
  if (single)
    ctx.emit({
      type: "statement.start",
      migration: filename,
      statement: single.index,
      line: single.line,
      sql: maskSecrets(single.text),
    });
  const start = performance.now();
  const sent = sendMessage(ctx.session.client, message.text, message.copies);
  ctx.onSent();
  const watched = single ?? message.statements[0];
  const watch = watchStatement(
    ctx.session.monitor,
    ctx.session.pid,
    (blockers, waitedMs) => {
      ctx.emit({
        type: "statement.blocked",
        migration: filename,
        statement: watched?.index ?? 0,
        waitedMs,
        blockers,
      });
    },
    ctx.signal,
  );
  try {
    const reply = await sent;
    if (single) emitDone(ctx, filename, single, start, reply.tags.at(-1));
    return { ok: true, reply };
  } catch (error) {
    if (!(error instanceof MessageError)) throw error;
    if (await rescue?.(error.error)) {
      if (single) emitDone(ctx, filename, single, start, undefined);
      return { ok: true, reply: { tags: [], fields: [] } };
    }
    const failure = describeFailure(message, error, filename);
    if (failure.statement !== undefined) {
      ctx.emit({ type: "statement.failed", migration: filename, statement: failure.statement, failure });
    }
    return { ok: false, failed: error, message, blockers: watch.blockers };
  } finally {
    await watch.stop();
  }
}

function emitDone(
  ctx: RunContext,
  migration: string,
  statement: Statement,
  start: number,
  tag: string | undefined,
): void {
  const durationMs = performance.now() - start;
  ctx.emit({
    type: "statement.done",
    migration,
    statement: statement.index,
    durationMs,
    rows: rowsOfTag(tag),
  });
}

/** Also clears what the script did to the session: settings that were rolled back are the lesser evil. */
export async function rollBack(ctx: RunContext): Promise<void> {
  await ctx.session.client.query("ROLLBACK").catch(() => {});
  ctx.dirty = true;
}

/**
 * Waits and says true when a migration that found no lock is to be tried again.
 * @param unit the statements that were undone; without it, all of the migration's
 */
export async function prepareRetry(
  ctx: RunContext,
  script: PreparedScript,
  result: Extract<UnitResult, { ok: false }>,
  attempt: number,
  unit?: { from: number; to: number },
): Promise<boolean> {
  const { filename } = script.migration;
  const range = unit ? { unit } : {};
  const { error } = result.failed;
  const waited = isRetryable(error);
  const reason = waited ? "lock_timeout" : isCancelled(ctx, result.failed) ? "cancelled" : "error";
  ctx.emit({ type: "migration.undone", migration: filename, reason, ...range });
  if (!waited || attempt >= ctx.settings.attempts || ctx.signal?.aborted) return false;
  const inMs = retryDelay(attempt);
  const of = ctx.settings.attempts;
  ctx.emit({
    type: "migration.retry",
    migration: filename,
    attempt: attempt + 1,
    of,
    inMs,
    blockers: result.blockers,
    ...range,
  });
  return pause(inMs, ctx.signal).then(
    () => true,
    () => false,
  );
}

/** Nothing of the migration is in effect, so the missing row misleads nobody; the failure itself is still told. */
export function tellUnrecorded(ctx: RunContext, error: Error): void {
  ctx.emit({
    type: "notice",
    severity: "WARNING",
    message: `The failure could not be recorded: ${error.message}`,
  });
}

/**
 * Writes that a migration failed and left nothing behind. A failed `down` does not stop the migration from being the
 * applied one, so its row is for the record only.
 */
export async function recordFailure(
  ctx: RunContext,
  script: PreparedScript,
  message: string,
  ms: number,
): Promise<void> {
  const down = script.direction === "down";
  const sql = insertRowSql({
    ...{
      migration: script.migration,
      direction: script.direction,
      appliedBy: ctx.appliedBy,
      runId: ctx.runId,
    },
    ...{ status: "failed", executionMs: ms, errorMessage: message, current: !down },
    replaces: down ? undefined : ctx.rows.get(script.key)?.id,
  });
  const reset = openingStatements(ctx);
  await sendMessage(ctx.session.client, [...reset, "BEGIN", sql, "COMMIT"].join(";\n"));
  ctx.dirty = false;
}
