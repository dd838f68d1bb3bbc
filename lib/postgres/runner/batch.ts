import { migrationKey } from "../../core/plan/state";
import type { PostgresFailure, RunOutcome } from "../../core/run/types";
import { readLedger } from "../ledger/ledger";
import {
  AWAIT_DISK,
  insertRowSql,
  lastTimesSql,
  MARK_BEGIN,
  MARK_BEGIN_UNAWAITED,
} from "../ledger/ledger-sql";
import { isConnectionLoss, localLimits, openingStatements, type RunContext } from "./context";
import { MessageError, sendMessage } from "./message";
import type { PreparedScript, ScriptQueue } from "./scripts";
import { reconnect } from "./settle";
import { rollBack, startEvent } from "./transaction";
import { keepsRows } from "./undo";
import { watchStatement } from "./watch";

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

/** Only the last COMMIT waits for the disk: nothing is told of the others before. */
function batchText(ctx: RunContext, scripts: readonly PreparedScript[]): string {
  const statements = [...openingStatements(ctx)];
  for (const script of scripts) {
    statements.push("BEGIN", script === scripts.at(-1) ? MARK_BEGIN : MARK_BEGIN_UNAWAITED);
    statements.push(...localLimits(script), ...script.statements.map((statement) => statement.text));
    const { migration, direction } = script;
    const { appliedBy, runId } = ctx;
    statements.push(
      insertRowSql({ migration, direction, appliedBy, runId, status: "applied", executionMs: "mark" }),
      "COMMIT",
    );
  }
  statements.push(lastTimesSql(scripts.length));
  // The line break closes a comment at the end of a statement.
  return statements.map((statement) => `${statement}\n;\n`).join("");
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
  const sent = sendMessage(ctx.session.client, batchText(ctx, scripts));
  ctx.onSent();
  const watch = watchStatement(ctx.session.monitor, ctx.session.pid, () => {}, ctx.signal);
  try {
    const reply = await sent;
    ctx.dirty = false;
    const times = JSON.parse(reply.fields.at(-1) ?? "[]") as number[];
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
  await ctx.session.client.query(AWAIT_DISK);
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
