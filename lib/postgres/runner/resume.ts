import type { LedgerRow, LedgerStatus, LedgerSteps } from "../../core/plan/types";
import { lostTemporary, sessionStatements } from "../../core/run/session-state";
import type { PostgresFailure } from "../../core/run/types";
import type { Unit } from "../../core/run/units";
import { insertRowSql, updateRowSql } from "../ledger/ledger-sql";
import { isConnectionLoss, openingStatements, type RunContext } from "./context";
import { findEvidence } from "./evidence";
import { buildMessage, describeFailure, MessageError, sendMessage } from "./message";
import { finalStatus, openRow, type Progress, type Stop } from "./progress";
import type { PreparedScript } from "./scripts";
import { reconnect } from "./settle";
import type { UnitResult } from "./transaction";

/** What an interrupted run of this script left; steps of a finished one, or of the other direction, are history. */
export function unfinishedSteps(row: LedgerRow | undefined, direction: "up" | "down"): LedgerSteps | null {
  const finished = row?.status === "applied" || row?.status === "baseline" || row?.status === "reverted";
  return row && !finished && row.direction === direction ? row.steps : null;
}

/**
 * Brings a new session to where the lost one was: names in the rest of the script, and in what the catalogs are asked,
 * mean the same only under the script's own search path and role.
 * @returns why that cannot be
 */
export async function restoreSession(
  ctx: RunContext,
  { script, steps }: Progress,
): Promise<PostgresFailure | null> {
  const lost = lostTemporary(script.units, steps.done.length);
  const { filename: migration } = script.migration;
  if (lost) {
    const { index: statement, line, column } = lost.neededBy;
    return {
      ...{ sqlState: "", migration, statement, line, column },
      message: `${lost.name}, which statement ${lost.madeBy.index} made, was temporary and went with the session that ended.`,
      hint: "Do by hand what is left of the migration, and settle it as applied.",
    };
  }
  const statements = sessionStatements(script.units, steps.done.length);
  const message = buildMessage(openingStatements(ctx), statements, []);
  try {
    if (message.text !== "") await sendMessage(ctx.session.client, message.text);
    ctx.dirty = false;
    return null;
  } catch (error) {
    if (!(error instanceof MessageError) || isConnectionLoss(error.error)) throw error;
    ctx.dirty = true;
    return describeFailure(message, error, migration);
  }
}

/**
 * The session was lost in the middle: the catalogs and the ledger tell how far it came; the next run goes on there.
 * @param finished a statement outside of a transaction whose end the server had told
 * @returns null when the unit was the last and was committed all the same
 */
export async function settleSteps(
  ctx: RunContext,
  progress: Progress,
  result: Extract<UnitResult, { ok: false }>,
  finished?: Unit,
): Promise<Stop | null> {
  const { script } = progress;
  const failure = describeFailure(result.message, result.failed, script.migration.filename);
  const hint =
    "The row of the migration in the ledger tells how far it came; the next run goes on from there.";
  if (!(await reconnect(ctx))) return { outcome: "in_doubt", failure: { ...failure, hint } };
  const row = await readOwnRow(ctx, script);
  if (row?.status === finalStatus(script)) return null;
  if (row && !(row.current && row.status === "running")) {
    const words = row.current ? `The ledger says: ${row.status}.` : "Another run went on with it meanwhile.";
    return { outcome: "in_doubt", failure: { ...failure, hint: words } };
  }
  // Gone with a crash, and whatever came after it was lost with it: what an earlier run had done is what is done.
  const earlier = unfinishedSteps(ctx.rows.get(script.key), script.direction);
  progress.steps = row?.steps ?? { ...progress.steps, done: [...(earlier?.done ?? [])] };
  const current = script.statements[(progress.steps.current ?? 0) - 1];
  if (!current) return finishFailed(ctx, progress, failure, "failed");
  if (row && finished?.statements[0] === current && !script.relaxesCommit) {
    progress.steps.done.push(progress.hashes[current.index - 1] ?? "");
    return finishFailed(ctx, progress, failure, "failed");
  }
  const obstacle = await restoreSession(ctx, progress);
  const evidence = obstacle
    ? { verdict: "unknown", words: obstacle.message }
    : await findEvidence(ctx.session.client, current);
  ctx.dirty = true;
  if (evidence.verdict === "unknown") return markInDoubt(ctx, progress, current, evidence.words, failure);
  if (evidence.verdict === "done") progress.steps.done.push(progress.hashes[current.index - 1] ?? "");
  return finishFailed(ctx, progress, failure, "failed");
}

interface OwnRow {
  current: boolean;
  status: LedgerStatus;
  steps: LedgerSteps;
}

async function readOwnRow(ctx: RunContext, { migration }: PreparedScript): Promise<OwnRow | undefined> {
  const found = await ctx.session.client.query<OwnRow>(
    `SELECT is_current AS current, status, steps FROM dbmigrator.migrations_log
     WHERE service = $1 AND filename = $2 AND run_id = $3 ORDER BY id DESC LIMIT 1`,
    [migration.service, migration.filename, ctx.runId],
  );
  return found.rows[0];
}

/** @param half the statement may have left something half-way, which the next run looks at first */
export async function finishFailed(
  ctx: RunContext,
  progress: Progress,
  failure: PostgresFailure,
  outcome: "failed" | "cancelled",
  half = false,
): Promise<Stop> {
  if (!half) delete progress.steps.current;
  await writeStop(ctx, progress, "failed", failure.message);
  return { outcome, failure };
}

/** @param because what the run failed with; without it, the doubt is about what an earlier run left */
export async function markInDoubt(
  ctx: RunContext,
  progress: Progress,
  statement: { index: number; line: number; column: number },
  words: string,
  because?: PostgresFailure,
): Promise<Stop> {
  const { script, steps } = progress;
  steps.current = statement.index;
  steps.evidence = words;
  // The row of an earlier run is left as it is and a new one says what is known now.
  if (because) await writeStop(ctx, progress, "in_doubt", words);
  else await openRow(ctx, progress, "in_doubt");
  const place = { statement: statement.index, line: statement.line, column: statement.column };
  const migration = script.migration.filename;
  return {
    outcome: "in_doubt",
    failure: because ?? { sqlState: "", message: words, migration, ...place },
  };
}

/** Ends the row of this run; where a crash or a failover took it, what is known is written into a new one. */
async function writeStop(
  ctx: RunContext,
  { script, steps, began }: Progress,
  status: "failed" | "in_doubt",
  errorMessage: string,
): Promise<void> {
  const { service, filename } = script.migration;
  const executionMs = performance.now() - began;
  const { runId, appliedBy } = ctx;
  const update = updateRowSql({ service, filename, runId, steps, status, executionMs, errorMessage });
  const { client } = ctx.session;
  const reply = await sendMessage(client, [...openingStatements(ctx), update].join(";\n"));
  ctx.dirty = false;
  if (reply.tags.at(-1) !== "UPDATE 0" || (await readOwnRow(ctx, script))) return;
  const insert = insertRowSql({
    ...{ migration: script.migration, direction: script.direction, appliedBy, runId },
    ...{ status, steps, executionMs, errorMessage, replaces: ctx.rows.get(script.key)?.id },
  });
  await sendMessage(client, ["BEGIN", insert, "COMMIT"].join(";\n"));
}
