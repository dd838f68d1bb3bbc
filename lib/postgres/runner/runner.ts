import { randomUUID } from "node:crypto";
import type pg from "pg";
import { migrationKey } from "../../core/plan/state";
import { isPartlyDone, type PlanStep } from "../../core/plan/types";
import { maskSecrets } from "../../core/query/mask";
import type { MigrationOutcome, PostgresFailure, RunEvent, RunOutcome } from "../../core/run/types";
import { loadParser } from "../../core/sql/parse-script";
import { DomainError } from "../../errors";
import {
  type ConnectionSpec,
  type ConnectOptions,
  closeConnection,
  openConnection,
} from "../connection/connect";
import { ensureLedger, readLedger } from "../ledger/ledger";
import { chooseBatch, runBatch } from "./batch";
import type { RunContext, StepResult } from "./context";
import { type DatabaseError, MessageError } from "./message";
import { type PreparedScript, refusalFailure, ScriptQueue } from "./scripts";
import {
  acquireRunnerLock,
  completeSettings,
  prepareSession,
  RUNNER_LOCK,
  type RunSettings,
  resetStatements,
} from "./session";
import { runAsOne } from "./single";
import { runInSteps } from "./steps";
import { runInTransaction } from "./transaction";
import { putBackObstacle, type UndoSettings } from "./undo";
import { openUndoStore } from "./undo-store";

export { type RunSettings, readLockHolder } from "./session";

/** What the server says by the way. */
interface Notice {
  code?: string | undefined;
  severity?: string | undefined;
  message?: string | undefined;
}

export interface RunOptions {
  spec: ConnectionSpec;
  /** A connection that is open already; it stays open, in the state it came in. */
  client?: pg.Client;
  connect?: ConnectOptions;
  steps: readonly PlanStep[];
  appliedBy: string;
  /** Joins the rows of the ledger with whoever asked; default: a new one. */
  runId?: string;
  settings?: RunSettings;
  /** Whether rows that scripts take away are kept, and put back. Default: neither. */
  undo?: UndoSettings;
  /** `single_transaction`: all of it or nothing; refused beforehand when a script makes that impossible. */
  mode?: "each" | "single_transaction";
  onEvent?: (event: RunEvent) => void;
  /** Ends the statement that runs, rolls back and reports `cancelled`. */
  signal?: AbortSignal;
}

/** Length of all scripts, in UTF-16 units. */
const CHECK_FIRST = 2 * 1024 * 1024;

/**
 * Runs planned migrations on a target under its lock, and records each together with its effect.
 *
 * What the scripts come to is in the outcome. What keeps the run from beginning is thrown.
 * @throws DomainError of openConnection, of ensureLedger, of openUndoStore, run.lock_timeout, run.cancelled,
 *   plan.single_transaction_impossible
 */
export async function runMigrations(options: RunOptions): Promise<RunOutcome> {
  const runId = options.runId ?? randomUUID();
  const start = performance.now();
  if (options.steps.length === 0)
    return { runId, state: "succeeded", migrations: [], lockWaitMs: 0, durationMs: 0 };
  const queue = ScriptQueue.of(options.steps);
  // While the target answers.
  const checking = loadParser().then(() => queue.checkAll());
  checking.catch(() => {});
  // Much text keeps this thread busy for longer than a connection that is being opened is waited for.
  if (queue.size > CHECK_FIRST) await checking;
  const settings = completeSettings(options.settings, options.onEvent !== undefined);
  const emit = options.onEvent ?? (() => {});
  const client =
    options.client ??
    (await openConnection({ applicationName: "dbmigrator runner", ...options.spec }, options.connect));
  const own = !options.client;
  let ctx: RunContext | undefined;
  const onNotice = ({ code, severity = "NOTICE", message = "" }: Notice) => {
    // Of our own ROLLBACK after a failure outside of a transaction.
    if (code !== "25P01") emit({ type: "notice", severity, message: maskSecrets(message) });
  };
  if (options.onEvent) client.on("notice", onNotice);
  try {
    const session = await prepareSession(client, options.spec, settings, options.connect ?? {});
    ctx = {
      ...{ session, spec: options.spec, connect: options.connect ?? {}, settings, runId },
      ...{
        appliedBy: options.appliedBy,
        rows: new Map(),
        dirty: false,
        emit,
        signal: options.signal,
        undo: options.undo,
        onSent: () => {},
      },
    };
    const lockWaitMs = await lockTarget(ctx);
    await ensureLedger(client);
    for (const row of await readLedger(client)) ctx.rows.set(migrationKey(row), row);
    await checking;
    const due = options.steps.filter((step) => ctx && !isDone(ctx, step));
    if (options.undo?.keep) ctx.undo = await openUndoStore(client, options.undo, due);
    const outcome = await runSteps(ctx, options, queue);
    return { runId, ...outcome, lockWaitMs, durationMs: performance.now() - start };
  } finally {
    client.off("notice", onNotice);
    await leave(ctx, client, own);
  }
}

async function lockTarget(ctx: RunContext): Promise<number> {
  try {
    return await acquireRunnerLock(ctx.session.client, ctx.settings.lockWaitMs, ctx.emit, ctx.signal);
  } catch (error) {
    if (!ctx.signal?.aborted) throw error;
    throw new DomainError("conflict", "run.cancelled", "The run was cancelled before it began.", {
      cause: error,
    });
  }
}

/** Closes what this run opened and gives a borrowed connection back as it was. */
async function leave(ctx: RunContext | undefined, client: pg.Client, own: boolean): Promise<void> {
  if (ctx) await closeConnection(ctx.session.monitor);
  if (ctx && ctx.session.client !== client) await closeConnection(ctx.session.client);
  if (own) await closeConnection(client);
  else if (ctx && ctx.session.client === client) {
    const reset = resetStatements(ctx.settings).filter(
      (sql) => !sql.startsWith("SET ") || sql.includes("AUTHORIZATION"),
    );
    await client.query(`SELECT pg_catalog.pg_advisory_unlock(${RUNNER_LOCK})`).catch(() => {});
    await client.query([...reset, "RESET ALL"].join("; ")).catch(() => {});
  }
}

type Outcome = Pick<RunOutcome, "state" | "migrations" | "failure">;

async function runSteps(ctx: RunContext, options: RunOptions, all: ScriptQueue): Promise<Outcome> {
  const due = options.steps.filter((step) => !isDone(ctx, step));
  const skipped = options.steps.filter((step) => isDone(ctx, step));
  const migrations: RunOutcome["migrations"] = skipped.map((step) => ({
    migration: step.migration.filename,
    outcome: "skipped",
    durationMs: 0,
  }));
  const queue = all.only((step) => !isDone(ctx, step));
  const refused = queue.firstRefused();
  const rest = (from: number) =>
    due.slice(from).map((step) => ({
      migration: step.migration.filename,
      outcome: "not_reached" as const,
      durationMs: 0,
    }));
  if (refused) {
    const failure = refusalFailure(refused);
    const results = due.map((step) => ({
      migration: step.migration.filename,
      outcome: migrationKey(step.migration) === refused.key ? ("failed" as const) : ("not_reached" as const),
      durationMs: 0,
    }));
    return { state: "failed", migrations: [...migrations, ...results], ...(failure ? { failure } : {}) };
  }
  if (options.mode === "single_transaction") {
    const outcome = await runAsOne(ctx, queue);
    return { ...outcome, migrations: [...migrations, ...outcome.migrations] };
  }
  const outcome = await runEach(ctx, queue);
  return {
    ...outcome,
    migrations: [...migrations, ...outcome.migrations, ...rest(outcome.migrations.length)],
  };
}

/** One after the other, until one does not come to its end. */
async function runEach(ctx: RunContext, queue: ScriptQueue): Promise<Outcome> {
  const migrations: RunOutcome["migrations"] = [];
  // After an error in a batch its scripts run alone.
  let aloneUntil = 0;
  while (migrations.length < queue.length) {
    const index = migrations.length;
    if (ctx.signal?.aborted) return { state: "cancelled", migrations };
    const batch = index < aloneUntil ? [] : chooseBatch(ctx, queue, index);
    if (batch.length > 0) {
      prepareWhenSent(ctx, queue, index + batch.length, batch.length);
      const { applied, stop } = await runBatch(ctx, batch, index + 1);
      migrations.push(...applied);
      if (applied.length < batch.length) aloneUntil = index + batch.length;
      if (stop) return stopped(queue, migrations, stop);
    } else {
      const client = ctx.session.client;
      prepareWhenSent(ctx, queue, index + 1, 1);
      const script = queue.get(index);
      const { outcome, durationMs, failure } = await runStep(ctx, script, index + 1);
      migrations.push({ migration: script.migration.filename, outcome, durationMs });
      const lost = ctx.session.client !== client && migrations.length < queue.length;
      if (isEnd(outcome) || lost) return { ...ending(outcome, failure, lost), migrations };
    }
    for (let done = index; done < migrations.length; done++) queue.release(done);
  }
  return { state: "succeeded", migrations };
}

function prepareWhenSent(ctx: RunContext, queue: ScriptQueue, from: number, count: number): void {
  ctx.onSent = () => {
    ctx.onSent = () => {};
    for (let index = from; index < from + count; index++) queue.prepare(index);
  };
}

/** After a lost session: the migration that was under way, if any was left, carries the outcome. */
function stopped(
  queue: ScriptQueue,
  migrations: RunOutcome["migrations"],
  stop: NonNullable<Awaited<ReturnType<typeof runBatch>>["stop"]>,
): Outcome {
  if (migrations.length === queue.length) return { state: "succeeded", migrations };
  const { filename } = queue.get(migrations.length).migration;
  return {
    ...stop,
    migrations: [...migrations, { migration: filename, outcome: stop.state, durationMs: 0 }],
  };
}

function isEnd(outcome: MigrationOutcome): boolean {
  return outcome !== "applied" && outcome !== "reverted";
}

const LOST: PostgresFailure = {
  sqlState: "08006",
  message: "The connection was lost.",
  hint: "What was applied is recorded; run again for the rest.",
};

function ending(
  outcome: MigrationOutcome,
  failure: PostgresFailure | undefined,
  lost: boolean,
): Pick<Outcome, "state" | "failure"> {
  const told = failure ?? (lost ? LOST : undefined);
  const state = outcome === "cancelled" || outcome === "in_doubt" ? outcome : "failed";
  return { state, ...(told ? { failure: told } : {}) };
}

/** Another runner was faster: what is in effect already is not run again. */
function isDone(ctx: RunContext, { migration, direction }: PlanStep): boolean {
  const row = ctx.rows.get(migrationKey(migration));
  if (direction === "down") return row === undefined || row.status === "reverted";
  const applied = row?.status === "applied" || row?.status === "baseline";
  return applied && (migration.kind === "versioned" || row.checksum === migration.checksum);
}

async function runStep(ctx: RunContext, script: PreparedScript, position: number): Promise<StepResult> {
  const failure = refusalFailure(script) ?? stateFailure(ctx, script);
  if (failure) return { outcome: "failed", durationMs: 0, failure };
  const half = ctx.rows.get(script.key)?.steps;
  const [unit] = script.units;
  const alone = unit?.kind === "outside" || unit?.kind === "batch";
  const whole = script.units.length <= 1 && !alone && !isPartlyDone(half) && !half?.current;
  try {
    const obstacle = whole ? null : await putBackObstacle(ctx, script);
    if (obstacle) return { outcome: "failed", durationMs: 0, failure: obstacle };
    return await (whole ? runInTransaction(ctx, script, position) : runInSteps(ctx, script, position));
  } catch (error) {
    return unrecorded(script, error);
  }
}

/**
 * The ledger could not be written, mostly since the session is gone by now. What the migration did is in its row, or
 * there is none and nothing is in effect; the next run reads that. @throws what is no error of the database
 */
function unrecorded(script: PreparedScript, error: unknown): StepResult {
  const cause = error instanceof MessageError ? error.error : (error as DatabaseError);
  const fromDatabase =
    cause.severity !== undefined || /connection|terminated|queryable|ECONN|EPIPE/i.test(cause.message);
  if (!fromDatabase || error instanceof DomainError) throw error;
  const failure: PostgresFailure = {
    sqlState: cause.code ?? "08006",
    message: `The ledger could not be written: ${cause.message}`,
    hint: "Run again: what is in effect is known from the ledger.",
    migration: script.migration.filename,
  };
  return { outcome: "failed", durationMs: 0, failure };
}

/** What the plan could not see: the ledger changed between planning and the lock. */
function stateFailure(
  ctx: RunContext,
  { key, migration, direction }: PreparedScript,
): PostgresFailure | null {
  const row = ctx.rows.get(key);
  if (!row) return null;
  const { filename } = migration;
  if (row.status === "in_doubt") {
    const hint = row.steps?.evidence ?? "Look at the target, then settle it as applied or as not applied.";
    return {
      sqlState: "",
      message: `It is not known whether ${filename} took effect.`,
      hint,
      migration: filename,
    };
  }
  const half = row.status === "running" || (row.status === "failed" && isPartlyDone(row.steps));
  if (!half || row.direction === direction) return null;
  const message = `${filename} was left half-way by ${row.direction === "up" ? "up" : "down"}.`;
  return { sqlState: "", message, hint: "Finish that first, or settle it.", migration: filename };
}
