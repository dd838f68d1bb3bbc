import type { LedgerSteps } from "../../core/plan/types";
import { setsBefore } from "../../core/run/session-state";
import type { PostgresFailure } from "../../core/run/types";
import type { Unit } from "../../core/run/units";
import type { Statement } from "../../core/sql/types";
import { insertRowSql, moveRowSql } from "../ledger/ledger-sql";
import { ledgerStatements, openingStatements, type RunContext } from "./context";
import { sendMessage } from "./message";
import type { PreparedScript } from "./scripts";

/** A migration on its way that does not fit into one transaction. */
export interface Progress {
  script: PreparedScript;
  steps: LedgerSteps;
  hashes: string[];
  began: number;
}

export type Stop = { outcome: "failed" | "cancelled" | "in_doubt"; failure: PostgresFailure };

/** What the catalogs tell about after a crash, or what is as good when it is done again (see findEvidence). */
const TOLD_BY_CATALOGS = new Set([
  ...["IndexStmt", "DropStmt", "AlterTableStmt", "VacuumStmt", "ReindexStmt", "ClusterStmt"],
]);

/** CALL and DO: outside of a transaction they may commit on their way, which no catalog tells. */
export function runsCode(statement: Statement): boolean {
  return statement.node === "CallStmt" || statement.node === "DoStmt";
}

export function finalStatus(script: PreparedScript): "applied" | "reverted" {
  return script.direction === "up" ? "applied" : "reverted";
}

export function nextUnits({ script, steps }: Progress): Unit[] {
  return script.units.filter((unit) => (unit.statements.at(-1)?.index ?? 0) > steps.done.length);
}

export function announce(steps: LedgerSteps, unit: Unit | undefined): void {
  const [first] = unit?.statements ?? [];
  if (unit?.kind === "outside" && first) steps.current = first.index;
  else delete steps.current;
}

/**
 * Writes the row of this run. It needs no flush of its own where whatever the unit commits carries it to the disk
 * first; a statement that nothing tells about afterwards gets one: a crash must not leave it without its row.
 */
export async function openRow(
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
  const mayBeLost =
    next?.kind !== "outside" || next.statements.every(({ node }) => TOLD_BY_CATALOGS.has(node));
  const own = running && mayBeLost ? ["SET LOCAL synchronous_commit = off"] : [];
  const limits = running ? nextLimits(ctx, script, next) : [];
  const row = [...ledgerStatements(script, insert), ...own];
  const sent = sendMessage(
    ctx.session.client,
    [...openingStatements(ctx), "BEGIN", ...row, "COMMIT", ...limits].join(";\n"),
  );
  ctx.onSent();
  await sent;
  ctx.dirty = false;
}

/** The ledger's statement for the moment when `unit` is done. */
export function advance(
  ctx: RunContext,
  progress: Progress,
  unit: Unit,
  following: Unit | undefined,
): string {
  const { script, steps, hashes } = progress;
  const last = unit.statements.at(-1)?.index ?? 0;
  const after: LedgerSteps = { ...steps, done: hashes.slice(0, last) };
  announce(after, following);
  const { service, filename } = script.migration;
  const finished = following
    ? {}
    : { status: finalStatus(script), executionMs: performance.now() - progress.began };
  return moveRowSql({ service, filename, runId: ctx.runId, steps: after, ...finished });
}

export function confirm(progress: Progress, unit: Unit, following: Unit | undefined): void {
  progress.steps.done = progress.hashes.slice(0, unit.statements.at(-1)?.index ?? 0);
  announce(progress.steps, following);
}

/** Limits of the session for what comes next, sent along with a message that is due anyway. */
export function nextLimits(ctx: RunContext, script: PreparedScript, unit: Unit | undefined): string[] {
  const { lockTimeoutMs, statementTimeoutMs } = ctx.settings;
  const [statement] = unit?.statements ?? [];
  const limits =
    unit?.kind === "outside" && statement
      ? outsideLimits(ctx, script, statement)
      : { lock_timeout: lockTimeoutMs, statement_timeout: statementTimeoutMs };
  return Object.entries(limits)
    .filter(([name]) => !setsBefore(script.statements, name, statement?.index ?? 0))
    .map(([name, ms]) => `SET ${name} = ${ms}`);
}

/** CONCURRENTLY waits for old transactions while it blocks nobody: no limit for it, unless the script asks for one. */
function outsideLimits(ctx: RunContext, script: PreparedScript, statement: Statement) {
  const { lockTimeoutMs, statementTimeoutMs } = script.directives;
  const concurrent = /\bconcurrently\b/i.test(statement.text);
  return {
    lock_timeout: lockTimeoutMs ?? (concurrent ? 0 : ctx.settings.lockTimeoutMs),
    statement_timeout: statementTimeoutMs ?? ctx.settings.statementTimeoutMs,
  };
}
