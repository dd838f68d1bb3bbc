import type { BatchProgress, LedgerSteps } from "../../core/plan/types";
import { maskSecrets } from "../../core/query/mask";
import type { PostgresFailure } from "../../core/run/types";
import type { Unit } from "../../core/run/units";
import type { Statement } from "../../core/sql/types";
import { moveRowSql } from "../ledger/ledger-sql";
import { isConnectionLoss, ledgerStatements, localLimits, type RunContext } from "./context";
import { buildMessage, rowsOfTag } from "./message";
import type { PreparedScript } from "./scripts";
import { pause } from "./session";
import { prepareRetry, rollBack, sendWatched, type UnitResult } from "./transaction";

export type RepeatResult =
  | { end: "done" | "cancelled" }
  | { end: "endless"; failure: PostgresFailure }
  | { end: "failed"; result: Extract<UnitResult, { ok: false }> };

/**
 * Repeats a statement until it changes nothing. Each batch is a transaction that also writes into the migration's row
 * how far it came, so that whoever comes after an interruption goes on with the next batch and knows the true sums.
 *
 * @param steps of the migration's row; its `batches` grow
 * @param finish statements for the transaction of the last batch, which changes nothing: the ledger moves on
 */
export async function repeatStatement(
  ctx: RunContext,
  script: PreparedScript,
  steps: LedgerSteps,
  unit: Unit,
  finish: () => { ledger: string; afterCommit: string[] },
): Promise<RepeatResult> {
  const [statement] = unit.statements;
  if (!statement || !unit.batch) return { end: "done" };
  const { filename } = script.migration;
  const began = performance.now();
  const { index, line, text } = statement;
  ctx.emit({ type: "statement.start", migration: filename, statement: index, line, sql: maskSecrets(text) });
  for (let turn = 0; ; turn++) {
    const { pauseMs, max } = unit.batch;
    if (turn > 0 && pauseMs > 0) await pause(pauseMs, ctx.signal).catch(() => {});
    if (ctx.signal?.aborted) return { end: "cancelled" };
    if (turn >= max) return { end: "endless", failure: endless(script, statement, turn) };
    const start = performance.now();
    const batch = await runBatchOnce(ctx, { script, steps, statement, finish });
    if (!batch.ok) return { end: "failed", result: batch.result };
    const { rows } = batch;
    const total = progressOf(steps, index);
    if (rows > 0) {
      const durationMs = performance.now() - start;
      const { batches, rows: sum } = total;
      ctx.emit({
        ...{ type: "statement.batch", migration: filename, statement: index, batches },
        ...{ rows: sum, batchRows: rows, durationMs, pauseMs },
      });
      continue;
    }
    const durationMs = performance.now() - began;
    ctx.emit({ type: "statement.done", migration: filename, statement: index, durationMs, rows: total.rows });
    return { end: "done" };
  }
}

type Batch = { ok: true; rows: number } | { ok: false; result: Extract<UnitResult, { ok: false }> };

interface Repeated {
  script: PreparedScript;
  steps: LedgerSteps;
  statement: Statement;
  finish: () => { ledger: string; afterCommit: string[] };
}

/** One batch, tried again when it got no lock. */
async function runBatchOnce(ctx: RunContext, repeated: Repeated): Promise<Batch> {
  const { index } = repeated.statement;
  for (let attempt = 1; ; attempt++) {
    // Inside of one script its own settings hold from statement to statement.
    ctx.dirty = false;
    const batch = await tryBatch(ctx, repeated);
    if (batch.ok || isConnectionLoss(batch.result.failed.error)) return batch;
    await rollBack(ctx);
    const unit = { from: index, to: index };
    if (!(await prepareRetry(ctx, repeated.script, batch.result, attempt, unit))) return batch;
  }
}

/** Two messages: what the ledger is told depends on the number of rows. */
async function tryBatch(ctx: RunContext, { script, steps, statement, finish }: Repeated): Promise<Batch> {
  const opening = buildMessage(["BEGIN", ...localLimits(script)], [statement], []);
  const changed = await sendWatched(ctx, script, opening, { part: "batch" });
  if (!changed.ok) return { ok: false, result: changed };
  const rows = rowsOfTag(changed.reply.tags.at(-1)) ?? 0;
  const after = rows > 0 ? count(steps, statement.index, rows) : null;
  const { ledger, afterCommit } = after
    ? { ledger: progressSql(ctx, script, { ...steps, batches: after }), afterCommit: [] }
    : finish();
  const closing = buildMessage([], [], [...ledgerStatements(script, ledger), "COMMIT", ...afterCommit]);
  const recorded = await sendWatched(ctx, script, closing, { part: "batch" });
  if (!recorded.ok) return { ok: false, result: recorded };
  if (after) steps.batches = after;
  return { ok: true, rows };
}

function progressSql(ctx: RunContext, script: PreparedScript, steps: LedgerSteps): string {
  const { service, filename } = script.migration;
  return moveRowSql({ service, filename, runId: ctx.runId, steps });
}

function progressOf(steps: LedgerSteps, statement: number): BatchProgress {
  return steps.batches?.find((one) => one.statement === statement) ?? { statement, batches: 0, rows: 0 };
}

function count(steps: LedgerSteps, statement: number, rows: number): BatchProgress[] {
  const before = progressOf(steps, statement);
  const others = (steps.batches ?? []).filter((one) => one.statement !== statement);
  return [...others, { statement, batches: before.batches + 1, rows: before.rows + rows }];
}

function endless(script: PreparedScript, { index, line, column }: Statement, turns: number): PostgresFailure {
  return {
    sqlState: "",
    message: `Statement ${index} was repeated ${turns} times and still finds rows to change.`,
    hint: "Look whether it leaves out what it has changed already; then run again, or raise max.",
    migration: script.migration.filename,
    ...{ statement: index, line, column },
  };
}
