import { checkSingleTransaction, type SingleTransactionObstacle } from "../../core/plan/single-transaction";
import type { RunOutcome } from "../../core/run/types";
import { DomainError } from "../../errors";
import { serverMajor } from "../connection/connect";
import { insertRowSql } from "../ledger/ledger-sql";
import {
  isCancelled,
  isConnectionLoss,
  isRetryable,
  ledgerStatements,
  openingStatements,
  type RunContext,
  retryDelay,
} from "./context";
import { buildMessage, describeFailure, type ScriptMessage, sendMessage } from "./message";
import type { PreparedScript, ScriptQueue } from "./scripts";
import { pause, resetStatements } from "./session";
import { reconnect } from "./settle";
import {
  recordFailure,
  rollBack,
  sendWatched,
  startEvent,
  tellUnrecorded,
  type UnitResult,
} from "./transaction";
import { keepsRows, sendKeeping } from "./undo";

type Outcome = Pick<RunOutcome, "state" | "migrations" | "failure">;
type Failed = Extract<UnitResult, { ok: false }>;

/**
 * Runs all scripts in one transaction: all of them take effect, or none.
 * @throws DomainError plan.single_transaction_impossible with the scripts that stand in the way and the smallest split
 */
export async function runAsOne(ctx: RunContext, queue: ScriptQueue): Promise<Outcome> {
  const scripts = Array.from({ length: queue.length }, (_, index) => queue.get(index));
  requireOneTransaction(scripts, serverMajor(ctx.session.client));
  for (let attempt = 1; ; attempt++) {
    const began = performance.now();
    const result = await tryAll(ctx, scripts, attempt);
    if (result.ok) return all(scripts, "done", result.times);
    const { failed, script } = result;
    if (isConnectionLoss(failed.failed.error)) return settleAll(ctx, scripts, failed, script);
    await rollBack(ctx);
    const { filename } = script.migration;
    const cancelled = isCancelled(ctx, failed.failed);
    const waited = isRetryable(failed.failed.error);
    ctx.emit({
      type: "migration.undone",
      migration: filename,
      reason: waited ? "lock_timeout" : cancelled ? "cancelled" : "error",
    });
    if (waited && attempt < ctx.settings.attempts && !ctx.signal?.aborted) {
      const inMs = retryDelay(attempt);
      ctx.emit({
        type: "migration.retry",
        migration: filename,
        attempt: attempt + 1,
        of: ctx.settings.attempts,
        inMs,
        blockers: failed.blockers,
      });
      await pause(inMs, ctx.signal).catch(() => {});
      continue;
    }
    const failure = describeFailure(failed.message, failed.failed, filename);
    if (!cancelled) {
      const took = performance.now() - began;
      await recordFailure(ctx, script, failure.message, took).catch((error: Error) =>
        tellUnrecorded(ctx, error),
      );
    }
    const migrations = scripts.map((one) => ({
      migration: one.migration.filename,
      outcome:
        one === script
          ? cancelled
            ? ("cancelled" as const)
            : ("failed" as const)
          : ("not_reached" as const),
      durationMs: 0,
    }));
    return { state: cancelled ? "cancelled" : "failed", migrations, failure };
  }
}

function requireOneTransaction(scripts: readonly PreparedScript[], major: number): void {
  const refused = scripts.find((script) => script.problems.length > 0);
  const problem = refused?.problems[0];
  if (refused && problem) {
    const message = `${refused.migration.filename}, line ${problem.line}: ${problem.message}`;
    throw new DomainError("validation", "run.script_refused", message, {
      details: { ...problem, migration: refused.migration.filename },
    });
  }
  const check = checkSingleTransaction(
    scripts.map(({ migration, mode, statements, directives }) => ({
      ...{ filename: migration.filename, mode, statements },
      batches: directives.batches.map(({ line }) => line),
    })),
    major,
  );
  if (check.obstacles.length === 0) return;
  throw new DomainError(
    "precondition",
    "plan.single_transaction_impossible",
    `${check.obstacles.length} of ${scripts.length} migrations cannot be part of one transaction; nothing was run.\n${describeObstacles(check.obstacles)}`,
    {
      details: { ...check },
      hint: `The smallest split is ${check.runs.length} runs; the first ends with ${check.runs[0]?.to ?? "the first script"}.`,
    },
  );
}

/** The first of each kind, a line each: it says more than a list of a hundred of the same. */
function describeObstacles(obstacles: readonly SingleTransactionObstacle[]): string {
  const kinds = new Map<string, SingleTransactionObstacle[]>();
  for (const one of obstacles) kinds.set(one.reason, [...(kinds.get(one.reason) ?? []), one]);
  const lines = [...kinds.values()].flatMap(([first, ...others]) => {
    if (!first) return [];
    const more = others.length > 0 ? ` (and ${others.length} more like it)` : "";
    return [`  No. ${first.position}, line ${first.line}: ${first.message}${more}`];
  });
  return lines.join("\n");
}

type AllResult = { ok: true; times: number[] } | { ok: false; failed: Failed; script: PreparedScript };

async function tryAll(
  ctx: RunContext,
  scripts: readonly PreparedScript[],
  attempt: number,
): Promise<AllResult> {
  const times: number[] = [];
  await sendMessage(ctx.session.client, [...openingStatements(ctx), "BEGIN"].join(";\n"));
  for (const [index, script] of scripts.entries()) {
    ctx.emit({ ...startEvent(script, index + 1), transaction: "one", attempt });
    const start = performance.now();
    for (const message of messagesOf(ctx, script, index, index === scripts.length - 1)) {
      const result = await sendKeeping(ctx, script, message, () => sendWatched(ctx, script, message));
      if (!result.ok) return { ok: false, failed: result, script };
    }
    times.push(performance.now() - start);
  }
  ctx.dirty = true;
  for (const [index, script] of scripts.entries()) {
    ctx.emit({
      type: "migration.recorded",
      migration: script.migration.filename,
      durationMs: times[index] ?? 0,
    });
  }
  return { ok: true, times };
}

/**
 * A savepoint around each script, so that what fails is undone at once and its locks with it while the failure is told.
 * Not around those that touch enums: a type made below a savepoint takes no new values in the same transaction.
 */
function messagesOf(ctx: RunContext, script: PreparedScript, index: number, last: boolean): ScriptMessage[] {
  const name = `migration_${index + 1}`;
  const savepoint = !script.statements.some(
    (one) => one.node === "CreateEnumStmt" || one.node === "AlterEnumStmt",
  );
  const { lockTimeoutMs, statementTimeoutMs } = script.directives;
  const before = [
    ...(savepoint ? [`SAVEPOINT ${name}`] : []),
    `SET LOCAL lock_timeout = ${lockTimeoutMs ?? ctx.settings.lockTimeoutMs}`,
    `SET LOCAL statement_timeout = ${statementTimeoutMs ?? ctx.settings.statementTimeoutMs}`,
  ];
  const insert = insertRowSql({
    ...{
      migration: script.migration,
      direction: script.direction,
      appliedBy: ctx.appliedBy,
      runId: ctx.runId,
    },
    ...{
      status: script.direction === "up" ? ("applied" as const) : ("reverted" as const),
      executionMs: "message" as const,
    },
    replaces: ctx.rows.get(script.key)?.id,
  });
  const after = [
    ...ledgerStatements(script, insert),
    ...(script.touchesSession ? resetStatements(ctx.settings) : []),
    ...(savepoint ? [`RELEASE SAVEPOINT ${name}`] : []),
    ...(last ? ["COMMIT"] : []),
  ];
  if (ctx.settings.detail !== "statements" && !keepsRows(ctx, script))
    return [buildMessage(before, script.statements, after)];
  return [
    buildMessage(before, [], []),
    ...script.statements.map((statement) => buildMessage([], [statement], [])),
    buildMessage([], [], after),
  ];
}

function all(
  scripts: readonly PreparedScript[],
  outcome: "done" | "failed" | "in_doubt",
  times: readonly number[] = [],
): Outcome {
  const migrations = scripts.map((script, index) => ({
    migration: script.migration.filename,
    outcome:
      outcome === "done"
        ? script.direction === "up"
          ? ("applied" as const)
          : ("reverted" as const)
        : outcome,
    durationMs: times[index] ?? 0,
  }));
  return { state: outcome === "done" ? "succeeded" : outcome, migrations };
}

/** One row of the run in the ledger means that all of them are there: they were written in one transaction. */
async function settleAll(
  ctx: RunContext,
  scripts: readonly PreparedScript[],
  failed: Failed,
  script: PreparedScript,
): Promise<Outcome> {
  const failure = describeFailure(failed.message, failed.failed, script.migration.filename);
  if (!(await reconnect(ctx))) return { ...all(scripts, "in_doubt"), failure };
  const found = await ctx.session.client.query(
    "SELECT FROM dbmigrator.migrations_log WHERE run_id = $1 AND status IN ('applied', 'reverted') LIMIT 1",
    [ctx.runId],
  );
  if (found.rowCount) return all(scripts, "done");
  return { ...all(scripts, "failed"), failure };
}
