import type { LedgerSteps } from "../../core/plan/types";
import type { PostgresFailure } from "../../core/run/types";
import type { Unit } from "../../core/run/units";
import type { Statement } from "../../core/sql/types";
import { isCancelled, isConnectionLoss, ledgerStatements, type RunContext, type StepResult } from "./context";
import { findEvidence, readIndexState } from "./evidence";
import { buildMessage, describeFailure, sendMessage } from "./message";
import {
  advance,
  announce,
  confirm,
  finalStatus,
  nextLimits,
  nextUnits,
  openRow,
  type Progress,
  runsCode,
  type Stop,
} from "./progress";
import { repeatStatement } from "./repeat";
import { finishFailed, markInDoubt, restoreSession, settleSteps, unfinishedSteps } from "./resume";
import { hashStatement, type PreparedScript } from "./scripts";
import { prepareRetry, rollBack, sendWatched, startEvent, tryUnit, type UnitResult } from "./transaction";

/**
 * Runs a migration unit by unit. A row with status `running` is written first; every unit that is a transaction moves
 * it on inside of itself, and a statement outside of one is announced before and confirmed after. Whoever comes
 * next, after whatever happened, knows which statements are done and which single one may be.
 */
export async function runInSteps(
  ctx: RunContext,
  script: PreparedScript,
  position: number,
): Promise<StepResult> {
  const began = performance.now();
  ctx.emit({ ...startEvent(script, position), attempt: 1 });
  const done = unfinishedSteps(ctx.rows.get(script.key), script.direction);
  const steps: LedgerSteps = {
    total: script.statements.length,
    done: [...(done?.done ?? [])],
    ...(done?.batches ? { batches: done.batches } : {}),
  };
  const progress: Progress = { script, steps, hashes: script.statements.map(hashStatement), began };
  const stop = (await resume(ctx, progress, done)) ?? (await runUnits(ctx, progress));
  const durationMs = performance.now() - began;
  if (stop) return { ...stop, durationMs };
  ctx.emit({ type: "migration.recorded", migration: script.migration.filename, durationMs });
  return { outcome: script.direction === "up" ? "applied" : "reverted", durationMs };
}

/** Opens the row of this run; goes on after what an earlier one did. */
async function resume(
  ctx: RunContext,
  progress: Progress,
  earlier: LedgerSteps | null,
): Promise<Stop | null> {
  const { script, steps, hashes } = progress;
  const differs = steps.done.findIndex((hash, index) => hash !== hashes[index]);
  if (differs !== -1) return { outcome: "failed", failure: changedSince(script, differs + 1) };
  const current = earlier?.current === undefined ? undefined : script.statements[earlier.current - 1];
  const obstacle = steps.done.length > 0 ? await restoreSession(ctx, progress) : null;
  if (obstacle) return { outcome: "failed", failure: obstacle };
  if (current && current.index === steps.done.length + 1) {
    const evidence = await findEvidence(ctx.session.client, current);
    ctx.emit({
      type: "notice",
      severity: "NOTICE",
      message: `${script.migration.filename}, line ${current.line}: ${evidence.words}`,
    });
    if (evidence.verdict === "unknown") return markInDoubt(ctx, progress, current, evidence.words);
    if (evidence.verdict === "done") steps.done.push(hashes[current.index - 1] ?? "");
  }
  const next = nextUnits(progress)[0];
  announce(steps, next);
  await openRow(ctx, progress, next ? "running" : finalStatus(script));
  return null;
}

async function runUnits(ctx: RunContext, progress: Progress): Promise<Stop | null> {
  const units = nextUnits(progress);
  for (const [index, unit] of units.entries()) {
    if (ctx.signal?.aborted)
      return finishFailed(ctx, progress, cancelledFailure(progress.script), "cancelled");
    const following = units[index + 1];
    const run = unit.kind === "outside" ? runOutside : unit.kind === "batch" ? runRepeated : runUnit;
    const stop = await run(ctx, progress, unit, following);
    if (stop) return stop;
  }
  return null;
}

async function runUnit(
  ctx: RunContext,
  progress: Progress,
  unit: Unit,
  following: Unit | undefined,
): Promise<Stop | null> {
  const { script } = progress;
  for (let attempt = 1; ; attempt++) {
    // Inside of one script its own settings hold from statement to statement.
    ctx.dirty = false;
    const limits = following?.kind === "outside" ? nextLimits(ctx, script, following) : [];
    const ledger = () => advance(ctx, progress, unit, following);
    const result = await tryUnit(ctx, script, unit, ledger, limits);
    if (result.ok) {
      confirm(progress, unit, following);
      return null;
    }
    if (isConnectionLoss(result.failed.error)) return settleSteps(ctx, progress, result);
    if (await prepareRetry(ctx, script, result, attempt, rangeOf(unit))) continue;
    return unitFailed(ctx, progress, result);
  }
}

function rangeOf({ statements }: Unit): { from: number; to: number } {
  return { from: statements[0]?.index ?? 0, to: statements.at(-1)?.index ?? 0 };
}

async function unitFailed(
  ctx: RunContext,
  progress: Progress,
  { message, failed }: Extract<UnitResult, { ok: false }>,
): Promise<Stop> {
  const failure = describeFailure(message, failed, progress.script.migration.filename);
  return finishFailed(ctx, progress, failure, isCancelled(ctx, failed) ? "cancelled" : "failed");
}

async function runRepeated(
  ctx: RunContext,
  progress: Progress,
  unit: Unit,
  following: Unit | undefined,
): Promise<Stop | null> {
  const { script, steps } = progress;
  const repeated = await repeatStatement(ctx, script, steps, unit, () => ({
    ledger: advance(ctx, progress, unit, following),
    afterCommit: nextLimits(ctx, script, following),
  }));
  if (repeated.end === "cancelled") return finishFailed(ctx, progress, cancelledFailure(script), "cancelled");
  if (repeated.end === "endless") return finishFailed(ctx, progress, repeated.failure, "failed");
  if (repeated.end === "failed") {
    const lost = isConnectionLoss(repeated.result.failed.error);
    return (lost ? settleSteps : unitFailed)(ctx, progress, repeated.result);
  }
  confirm(progress, unit, following);
  return null;
}

async function runOutside(
  ctx: RunContext,
  progress: Progress,
  unit: Unit,
  following: Unit | undefined,
): Promise<Stop | null> {
  const { script } = progress;
  const [statement] = unit.statements;
  if (!statement) return null;
  let skipped = false;
  // "relation … already exists, skipping" of IF NOT EXISTS
  const onNotice = (notice: { code?: string | undefined }) => {
    skipped ||= notice.code === "42P07";
  };
  ctx.session.client.on("notice", onNotice);
  const result = await sendWatched(ctx, script, buildMessage([], [statement], []));
  ctx.session.client.off("notice", onNotice);
  if (!result.ok) return outsideFailed(ctx, progress, statement, result);
  const foreign = skipped ? await findInvalidIndex(ctx, statement) : null;
  if (foreign)
    return finishFailed(ctx, progress, { ...foreign, migration: script.migration.filename }, "failed");
  const own = ledgerStatements(script, advance(ctx, progress, unit, following));
  const done = buildMessage([], [], ["BEGIN", ...own, "COMMIT", ...nextLimits(ctx, script, following)]);
  const recorded = await sendWatched(ctx, script, done);
  if (!recorded.ok) return notRecorded(ctx, progress, unit, recorded);
  confirm(progress, unit, following);
  ctx.dirty = script.touchesSession;
  return null;
}

/** An INVALID index of that name was there before: IF NOT EXISTS took it for the wanted one. It is not ours to drop. */
async function findInvalidIndex(ctx: RunContext, statement: Statement): Promise<PostgresFailure | null> {
  const state = await readIndexState(ctx.session.client, statement);
  if (!state || state.valid) return null;
  const busy = state.builder !== null;
  return {
    sqlState: "55000",
    message: busy
      ? `Process ${state.builder} is building ${state.name}.`
      : `${state.name} exists and is INVALID: a build of it was interrupted.`,
    hint: busy ? "Wait until it is done." : `Drop it (DROP INDEX CONCURRENTLY ${state.name}) and run again.`,
    ...{ statement: statement.index, line: statement.line, column: statement.column },
  };
}

/** The statement took effect, and its row did not move on: that it is done is known here and now. */
async function notRecorded(
  ctx: RunContext,
  progress: Progress,
  unit: Unit,
  result: Extract<UnitResult, { ok: false }>,
): Promise<Stop | null> {
  if (isConnectionLoss(result.failed.error)) return settleSteps(ctx, progress, result, unit);
  await rollBack(ctx);
  confirm(progress, unit, undefined);
  return unitFailed(ctx, progress, result);
}

async function outsideFailed(
  ctx: RunContext,
  progress: Progress,
  statement: Statement,
  result: Extract<UnitResult, { ok: false }>,
): Promise<Stop | null> {
  if (isConnectionLoss(result.failed.error)) return settleSteps(ctx, progress, result);
  await rollBack(ctx);
  const migration = progress.script.migration.filename;
  const foreign = result.failed.error.code === "42P07" ? await findInvalidIndex(ctx, statement) : null;
  if (foreign) return finishFailed(ctx, progress, { ...foreign, migration }, "failed");
  const failure = describeFailure(result.message, result.failed, migration);
  const state = await readIndexState(ctx.session.client, statement);
  if (state && !state.valid && state.builder === null) {
    await sendMessage(ctx.session.client, `DROP INDEX CONCURRENTLY IF EXISTS ${state.name}`).catch(() => {});
    ctx.emit({
      type: "notice",
      severity: "NOTICE",
      message: `The INVALID index ${state.name} that the failure left behind was dropped.`,
    });
  }
  if (runsCode(statement)) {
    const words = `Line ${statement.line} may have committed a part before it failed: ${failure.message}`;
    return markInDoubt(ctx, progress, statement, words, failure);
  }
  // Any other took no effect when the server says so; only a detachment in two transactions may be half done.
  const half = statement.node === "AlterTableStmt";
  const outcome = isCancelled(ctx, result.failed) ? "cancelled" : "failed";
  return finishFailed(ctx, progress, failure, outcome, half);
}

function changedSince(script: PreparedScript, index: number): PostgresFailure {
  const statement = script.statements[index - 1];
  return {
    sqlState: "",
    message: `Statement ${index} was already in effect when the migration stopped, and is another one now.`,
    hint: "Restore the statements that were done, or settle the migration by hand.",
    migration: script.migration.filename,
    ...(statement ? { statement: index, line: statement.line, column: statement.column } : {}),
  };
}

function cancelledFailure(script: PreparedScript): PostgresFailure {
  return { sqlState: "57014", message: "The run was cancelled.", migration: script.migration.filename };
}
