import type { LedgerRow } from "../../core/plan/types";
import type { MigrationOutcome, PostgresFailure, RunEvent } from "../../core/run/types";
import type { ConnectionSpec, ConnectOptions } from "../connection/connect";
import { durableCommit } from "../ledger/ledger-sql";
import type { DatabaseError, MessageError } from "./message";
import type { PreparedScript } from "./scripts";
import { type RunnerSession, resetStatements, type Settings } from "./session";
import type { UndoSettings } from "./undo";

/** What the parts of a run share. */
export interface RunContext {
  session: RunnerSession;
  spec: ConnectionSpec;
  connect: ConnectOptions;
  settings: Settings;
  runId: string;
  appliedBy: string;
  /** Current row of each migration, by `service/filename`. */
  rows: Map<string, LedgerRow>;
  /** A script before may have left something in the session. */
  dirty: boolean;
  emit(event: RunEvent): void;
  signal: AbortSignal | undefined;
  undo: UndoSettings | undefined;
  /** Called when a message is on its way: time to parse the next script. */
  onSent(): void;
}

export interface StepResult {
  outcome: MigrationOutcome;
  durationMs: number;
  failure?: PostgresFailure;
}

/**
 * Statements that go before a script's own: a clean session when the last script left something in it. In a
 * transaction of their own, so that they stay when the script fails, and SET TRANSACTION may be its first statement.
 */
export function openingStatements(ctx: RunContext): string[] {
  return ctx.dirty ? ["BEGIN", ...resetStatements(ctx.settings), "COMMIT"] : [];
}

/** Time limits of the script's directives, for one transaction. */
export function localLimits(script: PreparedScript): string[] {
  const { lockTimeoutMs, statementTimeoutMs } = script.directives;
  return [
    ...(lockTimeoutMs === undefined ? [] : [`SET LOCAL lock_timeout = ${lockTimeoutMs}`]),
    ...(statementTimeoutMs === undefined ? [] : [`SET LOCAL statement_timeout = ${statementTimeoutMs}`]),
  ];
}

/** Statements for the ledger, under the session's own role and on the disk, whatever the script set. */
export function ledgerStatements(script: PreparedScript, sql: string): string[] {
  return [
    // Not ROLE NONE: the role may have been given to the session by ALTER ROLE … SET role.
    ...(script.changesRole ? ["SET LOCAL SESSION AUTHORIZATION DEFAULT"] : []),
    ...(script.relaxesCommit ? [durableCommit("transaction")] : []),
    sql,
  ];
}

/** The session is gone: what the server did last is to be looked up, not concluded from the error. */
export function isConnectionLoss(error: DatabaseError): boolean {
  if (error.severity === undefined) return true;
  return error.severity === "FATAL" || error.severity === "PANIC" || (error.code ?? "").startsWith("08");
}

/** Worth another try: no lock in time, a deadlock, a serialization failure. */
export function isRetryable(error: DatabaseError): boolean {
  return ["55P03", "40P01", "40001"].includes(error.code ?? "");
}

export function isCancelled(ctx: RunContext, failed: MessageError): boolean {
  return ctx.signal?.aborted === true && failed.error.code === "57014";
}

/** Pause before another try: longer each time, and never the same for two runners. */
export function retryDelay(attempt: number): number {
  const base = Math.min(10_000, 250 * 2 ** (attempt - 1));
  return Math.round(base / 2 + Math.random() * base);
}
