import type { Blocker, PostgresFailure } from "../../core/run/types";
import { treeOf } from "../../core/sql/parse-script";
import type { Statement } from "../../core/sql/types";
import { codeOf } from "../../core/undo/code";
import { lossesOf } from "../../core/undo/losses";
import { NULLS, PUT_OFF_NODES } from "../../core/undo/put-off";
import { UndoRefusal } from "../undo/copies";
import { foreseenLosses } from "../undo/foreseen";
import { type Kept, keepLosses } from "../undo/keep";
import { beginPutBack, finishPutBack, type PutBackPlan } from "../undo/put-back";
import { BEFORE_REFUSAL, putOffAtOnce, putOffRefused } from "../undo/put-off";
import { listUndo } from "../undo/store";
import { writingCode } from "../undo/writing-code";
import { isConnectionLoss, type RunContext } from "./context";
import {
  buildMessage,
  type DatabaseError,
  describeFailure,
  MessageError,
  rowsOfTag,
  type ScriptMessage,
} from "./message";
import type { PreparedScript } from "./scripts";
import type { UnitResult } from "./transaction";
import { watchStatement } from "./watch";

/** What a run does about rows that its scripts take away. */
export interface UndoSettings {
  /** Keeps them before they are lost. */
  keep?: {
    /** How long they can be put back. */
    days: number;
    /** Of one statement. */
    maxBytes: number;
    /** When a statement's rows cannot be kept: `stop` fails the migration, `skip` runs it all the same. */
    otherwise: "stop" | "skip";
  };
  /** The role may keep none here: each loss is told as one that is not kept. */
  noStore?: boolean;
  /** A `down` puts back what its `up` kept. */
  putBack?: boolean;
}

/** Statements that may take rows or values away. */
const CANDIDATES = new Set([
  ...["DropStmt", "TruncateStmt", "AlterTableStmt", "UpdateStmt", "DeleteStmt", "MergeStmt"],
  ...["InsertStmt", "SelectStmt", "DoStmt", "CallStmt", "DropOwnedStmt"],
]);
const OFTEN_HARMLESS = new Set(["InsertStmt", "SelectStmt", "DoStmt", "CallStmt"]);

/** Whether each statement of a script is to be looked at before it runs. */
export function keepsRows(ctx: RunContext, script: PreparedScript): boolean {
  if (!ctx.undo?.keep || script.direction !== "up") return false;
  return script.statements.some(
    ({ node, text }) => CANDIDATES.has(node) && (!OFTEN_HARMLESS.has(node) || mayOverwrite(text)),
  );
}

/** ON CONFLICT DO UPDATE, or writing in WITH. Said of one too many, the statements are sent one by one for nothing. */
const mayOverwrite = (text: string): boolean =>
  /\bconflict\b/i.test(text) || (/\bwith\b/i.test(text) && /\b(update|delete|merge)\b/i.test(text));

/**
 * Sends one statement; before it, keeps the rows that it takes away, and after it, looks whether these were all.
 * @param send runs the statement itself
 */
export async function sendKeeping(
  ctx: RunContext,
  script: PreparedScript,
  message: ScriptMessage,
  send: () => Promise<UnitResult>,
): Promise<UnitResult> {
  const [statement, second] = message.statements;
  if (!statement || second || !keepsRows(ctx, script) || !CANDIDATES.has(statement.node)) return send();
  const at = { migration: script.migration.filename, statement: statement.index };
  const watch = watchStatement(
    ctx.session.monitor,
    ctx.session.pid,
    (blockers, waitedMs) => ctx.emit({ type: "statement.blocked", ...at, waitedMs, blockers }),
    ctx.signal,
  );
  try {
    const kept = await asRunner(ctx, script, () => keep(ctx, script, statement));
    await watch.stop();
    const result = await send();
    const rows = result.ok ? rowsOfTag(result.reply.tags.at(-1)) : null;
    if (result.ok && kept) await asRunner(ctx, script, () => kept.finish(rows));
    return result;
  } catch (error) {
    const failed = refused(error, statement, watch.blockers);
    const failure = describeFailure(failed.message, failed.failed, at.migration);
    ctx.emit({ type: "statement.failed", ...at, failure });
    return failed;
  } finally {
    await watch.stop();
  }
}

async function keep(ctx: RunContext, script: PreparedScript, statement: Statement): Promise<Kept | null> {
  const { keep: settings } = ctx.undo ?? {};
  if (!settings) return null;
  const { filename, service } = script.migration;
  const at = { migration: filename, statement: statement.index };
  const tree = treeOf(statement);
  const losses = await foreseenLosses(ctx.session.client, lossesOf(tree, statement.text));
  for (const loss of losses) {
    if (loss.kind === "uncovered")
      ctx.emit({ type: "undo.not_kept", ...at, reason: loss.reason, relation: loss.what });
  }
  // What INSERTs set to work is told by the review: nobody waits for a look at the catalog before each of thousands.
  const code = codeOf(OFTEN_HARMLESS.has(statement.node) ? null : tree);
  for (const { what: relation, reason } of await writingCode(ctx.session.client, losses, code))
    ctx.emit({ type: "undo.not_kept", ...at, reason, relation });
  if (ctx.undo?.noStore) {
    const covered = losses.flatMap((loss) => (loss.kind === "uncovered" ? [] : [loss]));
    for (const loss of covered) {
      const relation = loss.kind === "drop_cascade" ? loss.name : loss.relation;
      ctx.emit({ type: "undo.not_kept", ...at, reason: "undo.no_store", relation });
    }
    return null;
  }
  const { days, maxBytes } = settings;
  const context = { runId: ctx.runId, service, filename, statement: statement.index, days, maxBytes };
  try {
    const kept = await keepLosses(ctx.session.client, context, losses);
    for (const { relation, rows, bytes, mergeable } of kept.entries)
      ctx.emit({ type: "undo.kept", ...at, relation, rows, bytes, mergeable });
    return kept;
  } catch (error) {
    if (!(error instanceof UndoRefusal) || settings.otherwise !== "skip") throw error;
    const relation = String(error.details.relation ?? "");
    ctx.emit({ type: "undo.not_kept", ...at, reason: error.code, relation });
    return null;
  }
}

/** A script may have changed the role: what is ours is done under the session's own. */
async function asRunner<T>(ctx: RunContext, script: PreparedScript, work: () => Promise<T>): Promise<T> {
  if (!script.changesRole) return work();
  const { client } = ctx.session;
  const { rows } = await client.query<{ role: string }>("SELECT pg_catalog.current_setting('role') AS role");
  await client.query("SET LOCAL ROLE NONE");
  const result = await work();
  await client.query("SELECT pg_catalog.set_config('role', $1, true)", [rows[0]?.role ?? "none"]);
  return result;
}

/** In the words of a failure of the statement whose rows they were. */
function refused(
  error: unknown,
  statement: Statement,
  blockers: Blocker[],
): Extract<UnitResult, { ok: false }> {
  if (error instanceof MessageError) throw error;
  return {
    ok: false,
    failed: new MessageError(0, inOurWords(error as DatabaseError | UndoRefusal)),
    message: buildMessage([], [statement], []),
    blockers,
  };
}

function inOurWords(
  error: DatabaseError | UndoRefusal,
  what = "The rows that it takes away could not be kept",
): DatabaseError {
  if (error instanceof UndoRefusal)
    return Object.assign(new Error(error.message), { severity: "ERROR", code: "", hint: error.hint });
  if (isConnectionLoss(error)) return error;
  const { message, severity, code, detail, hint } = error;
  return Object.assign(new Error(`${what}: ${message}`), {
    ...(severity === undefined ? {} : { severity }),
    ...(code === undefined ? {} : { code }),
    ...(detail === undefined ? {} : { detail }),
    ...(hint === undefined ? {} : { hint }),
  });
}

/** The kept rows that the way back of a script can put back; none unless the run was asked to. */
export async function planPutBack(ctx: RunContext, script: PreparedScript): Promise<PutBackPlan | null> {
  if (!ctx.undo?.putBack || script.direction !== "down") return null;
  const runId = ctx.rows.get(script.key)?.runId;
  if (!runId) return null;
  const { service, filename } = script.migration;
  const entries = await listUndo(ctx.session.client, { kept: true, service, filename, runId });
  return entries.length === 0 ? null : beginPutBack(ctx.session.client, entries);
}

/** Sends a statement of the way back; a constraint that only the kept rows fulfil waits for them. */
export function sendPuttingOff(
  ctx: RunContext,
  plan: PutBackPlan,
  message: ScriptMessage,
  send: (message: ScriptMessage, rescue?: (error: DatabaseError) => Promise<boolean>) => Promise<UnitResult>,
): Promise<UnitResult> {
  const [statement] = message.statements;
  if (!statement || !PUT_OFF_NODES.has(statement.node)) return send(message);
  const text = putOffAtOnce(ctx.session.client, plan, statement.text);
  return send(buildMessage([BEFORE_REFUSAL], [{ ...statement, text }], []), (error) =>
    putOffRefused(ctx.session.client, plan, text, error),
  );
}

/**
 * After the script, in its transaction: puts the rows back and tells what came of it.
 * @returns what PostgreSQL said where that is refused as a whole; null: done
 */
export async function putKeptBack(
  ctx: RunContext,
  script: PreparedScript,
  plan: PutBackPlan,
): Promise<Extract<UnitResult, { ok: false }> | null> {
  const told = await asRunner(ctx, script, () => finishPutBack(ctx.session.client, plan)).catch(
    (error: DatabaseError) => error,
  );
  if (told instanceof Error) {
    const hint = told.code === NULLS ? { hint: NULLS_HINT } : {};
    const words = inOurWords(Object.assign(told, hint), "The kept rows could not be put back");
    return { ok: false, failed: new MessageError(0, words), message: buildMessage([], [], []), blockers: [] };
  }
  for (const { entry, outcome } of told)
    ctx.emit({
      type: "undo.put_back",
      migration: script.migration.filename,
      statement: entry.statement,
      relation: entry.relation,
      ...outcome,
    });
  return null;
}

const NULLS_HINT =
  "Rows written since the migration have no value for this column. Give the column a default in the down script, where it adds the column or after it, or delete these rows.";

/** Why kept rows could not be put back in the way back's own transaction; null: they can. */
export async function putBackObstacle(
  ctx: RunContext,
  script: PreparedScript,
): Promise<PostgresFailure | null> {
  if (!ctx.undo?.putBack || script.direction !== "down") return null;
  const runId = ctx.rows.get(script.key)?.runId;
  const { service, filename } = script.migration;
  const kept = runId ? await listUndo(ctx.session.client, { kept: true, service, filename, runId }) : [];
  if (kept.length === 0) return null;
  return {
    sqlState: "",
    message: `The rows kept for ${filename} cannot be put back: its down script does not run in one transaction.`,
    hint: "Make it one transaction, or go down without putting rows back and copy them by hand.",
    migration: filename,
  };
}
