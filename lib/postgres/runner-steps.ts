import type { LedgerRow, LedgerSteps } from "../core/plan/types";
import type { PostgresFailure } from "../core/run/types";
import type { Unit } from "../core/run/units";
import type { Statement } from "../core/sql/types";
import { insertRowSql, updateRowSql } from "./ledger-sql";
import {
  isCancelled,
  isConnectionLoss,
  ledgerStatements,
  openingStatements,
  type RunContext,
  type StepResult,
} from "./runner-context";
import { findEvidence, readIndexState } from "./runner-evidence";
import { buildMessage, describeFailure, sendMessage } from "./runner-message";
import { repeatStatement } from "./runner-repeat";
import { hashStatement, type PreparedScript } from "./runner-scripts";
import { reconnect } from "./runner-settle";
import {
  prepareRetry,
  rollBack,
  sendWatched,
  startEvent,
  tryUnit,
  type UnitResult,
} from "./runner-transaction";

/** A migration on its way that does not fit into one transaction. */
interface Progress {
  script: PreparedScript;
  steps: LedgerSteps;
  hashes: string[];
  began: number;
}

type Stop = { outcome: "failed" | "cancelled" | "in_doubt"; failure: PostgresFailure };

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

/** What an interrupted run of this script left; steps of a finished one, or of the other direction, are history. */
function unfinishedSteps(row: LedgerRow | undefined, direction: "up" | "down"): LedgerSteps | null {
  const finished = row?.status === "applied" || row?.status === "baseline" || row?.status === "reverted";
  return row && !finished && row.direction === direction ? row.steps : null;
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

function commitsByItself(unit: Unit | undefined): boolean {
  return unit?.kind === "outside" && unit.statements.some(runsCode);
}

/** CALL and DO: outside of a transaction they may commit on their way, which no catalog tells. */
function runsCode(statement: Statement): boolean {
  return statement.node === "CallStmt" || statement.node === "DoStmt";
}

function finalStatus(script: PreparedScript): "applied" | "reverted" {
  return script.direction === "up" ? "applied" : "reverted";
}

/**
 * The row of a migration on its way needs no flush of its own: whatever the unit commits carries it to the disk first.
 * Code that may commit, and wait, as it likes gets one: a crash must not leave it without the row that announces it.
 */
async function openRow(
  ctx: RunContext,
  progress: Progress,
  status: "running" | "applied" | "reverted" | "in_doubt",
): Promise<void> {
  const { script, steps } = progress;
  const insert = insertRowSql({
    ...{
      migration: script.migration,
      direction: script.direction,
      appliedBy: ctx.appliedBy,
      runId: ctx.runId,
    },
    ...{ status, steps, executionMs: null, replaces: ctx.rows.get(script.key)?.id },
  });
  const next = nextUnits(progress)[0];
  const running = status === "running";
  const relaxed = running && !commitsByItself(next) ? ["SET LOCAL synchronous_commit = off"] : [];
  const limits = running ? nextLimits(ctx, script, next) : [];
  const statements = [...openingStatements(ctx), "BEGIN", ...relaxed, insert, "COMMIT", ...limits];
  const sent = sendMessage(ctx.session.client, statements.join(";\n"));
  ctx.onSent();
  await sent;
  ctx.dirty = false;
}

function nextUnits({ script, steps }: Progress): Unit[] {
  return script.units.filter((unit) => (unit.statements.at(-1)?.index ?? 0) > steps.done.length);
}

function announce(steps: LedgerSteps, unit: Unit | undefined): void {
  const [first] = unit?.statements ?? [];
  if (unit?.kind === "outside" && first) steps.current = first.index;
  else delete steps.current;
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

/** The ledger's statement for the moment when `unit` is done. */
function advance(ctx: RunContext, progress: Progress, unit: Unit, following: Unit | undefined): string {
  const { script, steps, hashes } = progress;
  const last = unit.statements.at(-1)?.index ?? 0;
  const after: LedgerSteps = { ...steps, done: hashes.slice(0, last) };
  announce(after, following);
  const { service, filename } = script.migration;
  const finished = following
    ? {}
    : { status: finalStatus(script), executionMs: performance.now() - progress.began };
  return updateRowSql({ service, filename, runId: ctx.runId, steps: after, ...finished });
}

function confirm(progress: Progress, unit: Unit, following: Unit | undefined): void {
  progress.steps.done = progress.hashes.slice(0, unit.statements.at(-1)?.index ?? 0);
  announce(progress.steps, following);
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
  if (!recorded.ok) return outsideFailed(ctx, progress, statement, recorded);
  confirm(progress, unit, following);
  ctx.dirty = script.touchesSession;
  return null;
}

/** Limits of the session for what comes next, sent along with a message that is due anyway. */
function nextLimits(ctx: RunContext, script: PreparedScript, unit: Unit | undefined): string[] {
  const { lockTimeoutMs, statementTimeoutMs } = ctx.settings;
  const [statement] = unit?.statements ?? [];
  if (unit?.kind === "outside" && statement) return outsideLimits(ctx, script, statement);
  return [`SET lock_timeout = ${lockTimeoutMs}`, `SET statement_timeout = ${statementTimeoutMs}`];
}

/** CONCURRENTLY waits for old transactions while it blocks nobody: no limit for it, unless the script asks for one. */
function outsideLimits(ctx: RunContext, script: PreparedScript, statement: Statement): string[] {
  const { lockTimeoutMs, statementTimeoutMs } = script.directives;
  const concurrent = /\bconcurrently\b/i.test(statement.text);
  const lock = lockTimeoutMs ?? (concurrent ? 0 : ctx.settings.lockTimeoutMs);
  const limit = statementTimeoutMs ?? ctx.settings.statementTimeoutMs;
  return [`SET lock_timeout = ${lock}`, `SET statement_timeout = ${limit}`];
}

/** IF NOT EXISTS took an INVALID index of that name for the one that is wanted; it is not ours to drop. */
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

async function outsideFailed(
  ctx: RunContext,
  progress: Progress,
  statement: Statement,
  result: Extract<UnitResult, { ok: false }>,
): Promise<Stop> {
  if (isConnectionLoss(result.failed.error)) return settleSteps(ctx, progress, result);
  await rollBack(ctx);
  const failure = describeFailure(result.message, result.failed, progress.script.migration.filename);
  const state = await readIndexState(ctx.session.client, statement);
  if (state && !state.valid && state.builder === null) {
    await sendMessage(ctx.session.client, `DROP INDEX CONCURRENTLY IF EXISTS ${state.name}`).catch(() => {});
    ctx.emit({
      type: "notice",
      severity: "NOTICE",
      message: `The INVALID index ${state.name} that the failure left behind was dropped.`,
    });
  }
  // An error from the server says that the statement took no effect, except for one that commits by itself.
  if (!runsCode(statement)) delete progress.steps.current;
  else
    return markInDoubt(
      ctx,
      progress,
      statement,
      `Line ${statement.line} may have committed a part before it failed: ${failure.message}`,
      failure,
    );
  return finishFailed(ctx, progress, failure, isCancelled(ctx, result.failed) ? "cancelled" : "failed");
}

/** The session was lost in the middle: the catalogs and the ledger tell how far it came; the next run goes on there. */
async function settleSteps(
  ctx: RunContext,
  progress: Progress,
  result: Extract<UnitResult, { ok: false }>,
): Promise<Stop> {
  const { script } = progress;
  const failure = describeFailure(result.message, result.failed, script.migration.filename);
  const hint =
    "The row of the migration in the ledger tells how far it came; the next run goes on from there.";
  if (!(await reconnect(ctx))) return { outcome: "in_doubt", failure: { ...failure, hint } };
  const found = await ctx.session.client.query<{ status: string; steps: LedgerSteps }>(
    "SELECT status, steps FROM dbmigrator.migrations_log WHERE service = $1 AND filename = $2 AND run_id = $3 AND is_current",
    [script.migration.service, script.migration.filename, ctx.runId],
  );
  const row = found.rows[0];
  if (row) progress.steps = row.steps;
  if (row && row.status !== "running")
    return { outcome: "in_doubt", failure: { ...failure, hint: `The ledger says: ${row.status}.` } };
  const current = script.statements[(progress.steps.current ?? 0) - 1];
  if (current) {
    const evidence = await findEvidence(ctx.session.client, current);
    if (evidence.verdict === "unknown") return markInDoubt(ctx, progress, current, evidence.words, failure);
    delete progress.steps.current;
    if (evidence.verdict === "done") progress.steps.done.push(progress.hashes[current.index - 1] ?? "");
  }
  return finishFailed(ctx, progress, failure, "failed");
}

async function finishFailed(
  ctx: RunContext,
  progress: Progress,
  failure: PostgresFailure,
  outcome: "failed" | "cancelled",
): Promise<Stop> {
  const { script, steps, began } = progress;
  const { service, filename } = script.migration;
  delete steps.current;
  const update = updateRowSql({
    ...{ service, filename, runId: ctx.runId, steps, status: "failed" as const },
    ...{ executionMs: performance.now() - began, errorMessage: failure.message },
  });
  await sendMessage(ctx.session.client, [...openingStatements(ctx), update].join(";\n"));
  ctx.dirty = false;
  return { outcome, failure };
}

async function markInDoubt(
  ctx: RunContext,
  progress: Progress,
  statement: Statement,
  words: string,
  because?: PostgresFailure,
): Promise<Stop> {
  const { script, steps } = progress;
  const { service, filename } = script.migration;
  steps.current = statement.index;
  steps.evidence = words;
  const mine = ctx.rows.get(script.key);
  // The row of an earlier run is left as it is and a new one says what is known now.
  if (because)
    await sendMessage(
      ctx.session.client,
      updateRowSql({ service, filename, runId: ctx.runId, steps, status: "in_doubt", errorMessage: words }),
    );
  else if (mine) await openRow(ctx, progress, "in_doubt");
  const place = { statement: statement.index, line: statement.line, column: statement.column };
  return {
    outcome: "in_doubt",
    failure: because ?? { sqlState: "", message: words, migration: filename, ...place },
  };
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
