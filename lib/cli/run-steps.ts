import type { PlanProblem } from "../core/plan/plan";
import type { PlanStep } from "../core/plan/types";
import type { PostgresFailure, RunEvent, RunOutcome } from "../core/run/types";
import { type NotBack, whatIsNotBack } from "../core/undo/not-back";
import { DomainError } from "../errors";
import { describeSpec } from "../postgres/connection/connection-spec";
import type { UndoSettings } from "../postgres/runner/undo";
import { count, duration, note, oneLine, paint, print, printJson } from "./output";
import { appliedBy, type CommonOptions, isJson, type Session, targetName } from "./session";

export interface RunFlags extends CommonOptions {
  /** Seconds to wait for another runner. */
  timeout: number;
  singleTransaction?: boolean;
  allowManaged?: boolean;
  /** What happens to rows that scripts take away. */
  undo?: UndoSettings;
  /** Where the backup is that was taken before. */
  backup?: string;
}

/** @throws DomainError precondition, plan.blocked with every problem */
export function requirePlan(problems: readonly PlanProblem[]): void {
  if (problems.length === 0) return;
  const lines = problems.map((one) => `  ${one.message}${one.hint ? ` ${one.hint}` : ""}`);
  const unknown = problems.find((one) => one.code === "unknown_version");
  throw new DomainError(
    unknown ? "validation" : "precondition",
    "plan.blocked",
    `Nothing was run:\n${lines.join("\n")}`,
    { details: { problems } },
  );
}

/** @throws DomainError ledger.managed unless --allow-managed was given */
export async function requireOwnTarget(session: Session, flags: { allowManaged?: boolean }): Promise<void> {
  if (flags.allowManaged) return;
  const { requireUnmanaged } = await import("../postgres/ledger/ledger");
  await requireUnmanaged(session.client);
}

/** Runs the steps and tells about them. @returns the exit code */
export async function runSteps(
  session: Session,
  steps: readonly PlanStep[],
  flags: RunFlags,
): Promise<number> {
  await requireOwnTarget(session, flags);
  const json = isJson(flags);
  if (steps.length === 0) {
    if (json) printJson({ target: targetName(session.spec, flags.env), state: "succeeded", migrations: [] });
    else print(`Nothing to do: ${describeSpec(session.spec)} is where it should be.`);
    return 0;
  }
  const { runMigrations } = await import("../postgres/runner/runner");
  const stop = new AbortController();
  const onSignal = () => stop.abort(new DomainError("conflict", "run.cancelled", "The run was cancelled."));
  process.once("SIGINT", onSignal);
  process.once("SIGTERM", onSignal);
  try {
    const outcome = await runMigrations({
      spec: session.spec,
      client: session.client,
      steps,
      appliedBy: appliedBy(),
      settings: { lockWaitMs: flags.timeout * 1000, detail: "migrations" },
      mode: flags.singleTransaction ? "single_transaction" : "each",
      signal: stop.signal,
      ...(flags.undo ? { undo: flags.undo } : {}),
      onEvent: json ? () => undefined : teller(steps),
    });
    report(outcome, session, flags);
    return outcome.state === "succeeded" ? 0 : 1;
  } catch (error) {
    const { withSplitCommands } = await import("./split-commands");
    throw withSplitCommands(error, steps, flags);
  } finally {
    process.off("SIGINT", onSignal);
    process.off("SIGTERM", onSignal);
  }
}

/** Between two lines about the batches of a statement. */
const BATCH_LINE_MS = 2000;

function teller(steps: readonly PlanStep[]): (event: RunEvent) => void {
  const verb = steps[0]?.direction === "down" ? "reverted" : "applied";
  let waiting = false;
  let lastBatch = 0;
  return (event) => {
    if (event.type === "lock.wait" && !waiting) {
      waiting = true;
      const { holder } = event;
      const who = holder
        ? ` (${holder.user ?? "somebody"}, ${holder.application ?? "unknown"}, process ${holder.pid})`
        : "";
      note(`Waiting for another runner${who} …`);
    } else if (event.type === "statement.blocked") {
      const by = event.blockers.map((one) => `${one.user ?? "somebody"} (process ${one.pid})`).join(", ");
      note(`${event.migration}: waiting for a lock${by ? ` that ${by} holds` : ""} …`);
    } else if (event.type === "statement.batch" && Date.now() - lastBatch >= BATCH_LINE_MS) {
      lastBatch = Date.now();
      const done = `${event.batches} batch${event.batches === 1 ? "" : "es"}, ${count(event.rows, "row")} so far`;
      note(`${event.migration}, statement ${event.statement}: ${done} …`);
    } else if (event.type === "migration.retry") {
      note(
        `${event.migration}: the lock was not free; try ${event.attempt} of ${event.of} in ${duration(event.inMs)}.`,
      );
    } else if (event.type === "undo.kept") {
      note(
        `${event.migration}, statement ${event.statement}: ${count(event.rows, "row")} of ${event.relation} kept.`,
      );
    } else if (event.type === "undo.not_kept") {
      note(`${event.migration}, statement ${event.statement}: rows of ${event.relation} are not kept.`);
    } else if (event.type === "undo.put_back") {
      note(`${event.migration}: ${putBackText(event)}`);
    } else if (event.type === "migration.recorded") {
      print(`${paint.green("✓")} ${verb} ${event.migration}  ${paint.faint(duration(event.durationMs))}`);
    } else if (event.type === "notice" && event.severity !== "NOTICE" && event.severity !== "DEBUG") {
      note(`${event.severity.toLowerCase()}: ${event.message}`);
    }
  };
}

function putBackText(event: Extract<RunEvent, { type: "undo.put_back" }>): string {
  const { relation, restored, examples, reason, message = "" } = event;
  const reasons: Record<string, string> = {
    no_key: "without a key its rows cannot be told apart",
    no_table: "the table is not there",
    no_column: "the columns are not there",
    refused: message,
  };
  if (reason) return `nothing put back into ${relation}: ${reasons[reason] ?? reason}.`;
  const left = whatIsNotBack(event).map(notBackText);
  const which = examples.length > 0 ? ` (${examples.join("; ")})` : "";
  return `${count(restored, "row")} of ${relation} put back${left.length > 0 ? `; ${left.join(", ")}${which}` : ""}.`;
}

function notBackText({ kind, count: rows, message, columns }: NotBack): string {
  const texts: Record<NotBack["kind"], string> = {
    newer: `${rows} written since and left as they are`,
    gone: `${rows} gone since`,
    orphaned: `${rows} without the row that they refer to`,
    refused: `${rows} refused by PostgreSQL: ${message}`,
    lacking: `no column any more for the values of ${columns}`,
  };
  return texts[kind];
}

function report(outcome: RunOutcome, session: Session, flags: RunFlags): void {
  if (isJson(flags)) {
    const backup = flags.backup === undefined ? {} : { backup: flags.backup };
    printJson({ target: targetName(session.spec, flags.env), ...backup, ...outcome });
    return;
  }
  const done = outcome.migrations.filter((one) => one.outcome === "applied" || one.outcome === "reverted");
  const skipped = outcome.migrations.filter((one) => one.outcome === "skipped");
  if (skipped.length > 0) print(`${count(skipped.length, "migration")} another runner had done meanwhile.`);
  if (outcome.state === "succeeded") {
    print(`${count(done.length, "migration")} in ${duration(outcome.durationMs)}.`);
    return;
  }
  const left = outcome.migrations.filter((one) => one.outcome === "not_reached").length;
  const bad = outcome.migrations.find((one) => ["failed", "cancelled", "in_doubt"].includes(one.outcome));
  const words = { failed: "failed", cancelled: "was cancelled", in_doubt: "is in doubt" } as const;
  const what = words[outcome.state as keyof typeof words];
  process.stderr.write(`${paint.red("✗")} ${bad?.migration ?? "The run"} ${what}\n`);
  if (outcome.failure) process.stderr.write(`${failureText(outcome.failure)}\n`);
  note(
    flags.singleTransaction && done.length === 0
      ? "All or nothing: no migration is applied."
      : `${count(done.length, "migration")} done before it, ${left} not reached.`,
  );
}

/** PostgreSQL's words and the place, indented. */
export function failureText(failure: PostgresFailure): string {
  const statement = failure.statement ? `statement ${failure.statement}, ` : "";
  const place = failure.line
    ? `${statement}line ${failure.line}${failure.column ? `, column ${failure.column}` : ""}: `
    : "";
  const state = failure.sqlState ? ` (SQLSTATE ${failure.sqlState})` : "";
  const lines = [`  ${place}${failure.message}${state}`];
  if (failure.detail) lines.push(`  detail: ${failure.detail}`);
  if (failure.hint) lines.push(`  hint: ${failure.hint}`);
  return lines.join("\n");
}

/** The first line of a statement for lists. */
export function statementTitle(sql: string): string {
  return oneLine(sql, 90);
}
