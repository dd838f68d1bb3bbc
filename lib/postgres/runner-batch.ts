import { migrationKey } from "../core/plan/state";
import type { PostgresFailure, RunOutcome } from "../core/run/types";
import { readLedger } from "./ledger";
import { insertRowSql, MARK_BEGIN } from "./ledger-sql";
import { isConnectionLoss, localLimits, openingStatements, type RunContext } from "./runner-context";
import { MessageError, type MessageReply, sendMessage } from "./runner-message";
import type { PreparedScript, ScriptQueue } from "./runner-scripts";
import { reconnect } from "./runner-settle";
import { rollBack, startEvent } from "./runner-transaction";
import { keepsRows } from "./runner-undo";
import { watchStatement } from "./runner-watch";

const MAX_SCRIPTS = 16;
const MAX_LENGTH = 48_000;

/** Scripts that may share a message: nothing about them needs a look between one and the next. */
function mayShare(ctx: RunContext, script: PreparedScript): boolean {
  return (
    script.mode === "one" &&
    script.problems.length === 0 &&
    !script.touchesSession &&
    !script.changesRole &&
    !keepsRows(ctx, script) &&
    !ctx.rows.has(script.key) &&
    !script.statements.some((statement) => statement.copyData !== undefined)
  );
}

/** Indexes of the scripts from `first` on that go into one message; fewer than two: none. */
export function chooseBatch(ctx: RunContext, queue: ScriptQueue, first: number): PreparedScript[] {
  if (ctx.settings.detail === "statements") return [];
  const scripts: PreparedScript[] = [];
  let length = 0;
  for (let index = first; index < queue.length && scripts.length < MAX_SCRIPTS; index++) {
    const script = queue.get(index);
    length += script.migration.up.length;
    if (length > MAX_LENGTH || !mayShare(ctx, script)) break;
    scripts.push(script);
  }
  return scripts.length > 1 ? scripts : [];
}

interface BatchText {
  text: string;
  /** Number of statements of the message up to and including each script's COMMIT. */
  ends: number[];
}

function buildBatch(ctx: RunContext, scripts: readonly PreparedScript[]): BatchText {
  const statements = [...openingStatements(ctx)];
  const ends: number[] = [];
  for (const script of scripts) {
    const insert = insertRowSql({
      ...{
        migration: script.migration,
        direction: script.direction,
        appliedBy: ctx.appliedBy,
        runId: ctx.runId,
      },
      ...{ status: "applied" as const, executionMs: "mark" as const },
    });
    statements.push("BEGIN", MARK_BEGIN, ...localLimits(script));
    statements.push(...script.statements.map((statement) => statement.text));
    statements.push(`${insert} RETURNING execution_time_ms`, "COMMIT");
    ends.push(statements.length);
  }
  // The line break closes a comment at the end of a statement.
  return { text: statements.map((statement) => `${statement}\n;\n`).join(""), ends };
}

export interface BatchResult {
  /** Fewer than were sent when one of them failed: the caller goes on with the first that is missing. */
  applied: RunOutcome["migrations"];
  /** The session was lost: nothing further is sent. */
  stop?: { state: "failed" | "in_doubt"; failure: PostgresFailure };
}

/**
 * Sends several migrations at once, each with a transaction and a row of its own: the server does not wait for us
 * between them. Nothing is concluded from an error: what was committed is read from the ledger, and the caller goes
 * on with the first that was not, alone and with everything told about it.
 */
export async function runBatch(
  ctx: RunContext,
  scripts: readonly PreparedScript[],
  position: number,
): Promise<BatchResult> {
  const { text, ends } = buildBatch(ctx, scripts);
  const start = performance.now();
  const sent = sendMessage(ctx.session.client, text);
  ctx.onSent();
  const watch = watchStatement(ctx.session.monitor, ctx.session.pid, () => {}, ctx.signal);
  try {
    const reply = await sent;
    ctx.dirty = false;
    const times = ends.map((end) => timeOf(reply, end, start));
    return {
      applied: scripts.map((script, index) => tell(ctx, script, position + index, times[index] ?? 0)),
    };
  } catch (error) {
    if (!(error instanceof MessageError)) throw error;
    await watch.stop();
    const lost = isConnectionLoss(error.error);
    if (!lost) await rollBack(ctx);
    else if (!(await reconnect(ctx)))
      return { applied: [], stop: { state: "in_doubt", failure: lostFailure(error) } };
    const applied = await readApplied(ctx, scripts, position);
    return lost ? { applied, stop: { state: "failed", failure: lostFailure(error) } } : { applied };
  } finally {
    await watch.stop();
  }
}

async function readApplied(
  ctx: RunContext,
  scripts: readonly PreparedScript[],
  position: number,
): Promise<RunOutcome["migrations"]> {
  for (const row of await readLedger(ctx.session.client)) ctx.rows.set(migrationKey(row), row);
  const applied = scripts.filter((script) => ctx.rows.get(script.key)?.runId === ctx.runId);
  return applied.map((script, index) =>
    tell(ctx, script, position + index, ctx.rows.get(script.key)?.executionMs ?? 0),
  );
}

function lostFailure({ error }: MessageError): PostgresFailure {
  const hint = "What was applied is recorded in the ledger; run again for the rest.";
  return { sqlState: error.code ?? "08006", message: `The connection was lost: ${error.message}`, hint };
}

function timeOf(reply: MessageReply, end: number | undefined, start: number): number {
  const field = end === undefined ? null : reply.fields[end - 2];
  return field ? Number(field) : performance.now() - start;
}

function tell(
  ctx: RunContext,
  script: PreparedScript,
  position: number,
  durationMs: number,
): RunOutcome["migrations"][number] {
  ctx.emit({ ...startEvent(script, position), attempt: 1 });
  ctx.emit({ type: "migration.recorded", migration: script.migration.filename, durationMs });
  return { migration: script.migration.filename, outcome: "applied", durationMs };
}
