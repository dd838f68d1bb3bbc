import { parseScript, treeOf } from "../sql/parse-script";
import { calledFunctions } from "../sql/tree";
import type { ScriptProblem, Statement } from "../sql/types";

export type ConsoleMode = "read" | "write" | "explain" | "explain_analyze";

/** Most statements of one execution. */
export const MAX_STATEMENTS = 50;

/** What reading may consist of. Everything else is refused before the read-only transaction has to. */
const READING = new Set(["SelectStmt", "VariableShowStmt", "ExplainStmt"]);
/** What EXPLAIN takes, without the statements that would be created by it. */
const EXPLAINABLE = new Set(["SelectStmt", "InsertStmt", "UpdateStmt", "DeleteStmt", "MergeStmt"]);

/**
 * Functions that act beyond the transaction, which no read-only transaction stops: other sessions, the server's
 * files and settings, replication, other databases. This keeps slips away; what a role may call is the server's
 * to say (GRANT EXECUTE), since a view or another function can hide a call.
 */
const BEYOND_TRANSACTION =
  /^(dblink.*|lo_(import|export|create|creat|from_bytea|put|unlink|open|truncate.*)|lowrite|pg_(terminate|cancel)_backend|pg_(reload_conf|rotate_logfile.*|promote|switch_wal|create_restore_point|import_system_collations|log_backend_memory_contexts|export_snapshot|notify)|pg_(backup|start_backup|stop_backup|wal_replay|stat_reset|replication_origin|logical|sync_replication|create_.*_replication|copy_.*_replication|drop_replication|replication_slot_advance|(try_)?advisory_(xact_)?(lock|unlock)|read_file|read_binary_file|stat_file|ls_|file_).*|query_to_xml.*|cursor_to_xml.*|set_config)$/;

/** Why a text is not run, and its statements when it is. */
export interface ConsoleScript {
  statements: Statement[];
  problems: (Pick<ScriptProblem, "line" | "column" | "message"> & { code: string; hint?: string })[];
}

/**
 * Reads a text of the SQL page and refuses what does not belong there: what ends or leaves the transaction around
 * it, COPY from or to this connection, programs on the server, and in reading everything that is no query.
 * @throws Error when loadParser() was not awaited
 */
export function checkConsoleScript(text: string, mode: ConsoleMode): ConsoleScript {
  const parsed = parseScript(text, { keepTrees: true });
  const problems: ConsoleScript["problems"] = [...parsed.problems];
  if (parsed.statements.length > MAX_STATEMENTS) {
    const line = parsed.statements[MAX_STATEMENTS]?.line ?? 1;
    problems.push({
      code: "too_many",
      line,
      column: 1,
      message: `At most ${MAX_STATEMENTS} statements at once.`,
    });
  }
  for (const statement of parsed.statements) {
    const refusal = refuse(statement, mode, parsed.statements.length);
    if (refusal) problems.push({ ...refusal, line: statement.line, column: statement.column });
  }
  if (parsed.statements.length === 0 && problems.length === 0) {
    problems.push({ code: "empty", line: 1, column: 1, message: "There is no statement." });
  }
  return { statements: parsed.statements, problems };
}

type Refusal = { code: string; message: string; hint?: string };

function refuse(statement: Statement, mode: ConsoleMode, count: number): Refusal | null {
  if (statement.need === "control") {
    return {
      code: "transaction_control",
      message:
        "BEGIN, COMMIT, ROLLBACK and SAVEPOINT are not accepted here: everything runs in one transaction.",
      hint: "Leave them out. Nothing is kept when a statement fails.",
    };
  }
  if (statement.node === "CopyStmt") {
    return {
      code: "copy",
      message: "COPY is not accepted here.",
      hint: "Export the result, or write a migration.",
    };
  }
  if (mode === "write") return statement.need === "outside" && count > 1 ? alone() : null;
  if (mode !== "read") return refuseExplain(statement, mode, count);
  if (!READING.has(statement.node)) return notReading();
  return refuseFunctions(statement);
}

function refuseExplain(statement: Statement, mode: ConsoleMode, count: number): Refusal | null {
  if (count > 1) return { code: "one_statement", message: "EXPLAIN takes one statement at a time." };
  if (!EXPLAINABLE.has(statement.node)) {
    return {
      code: "not_explainable",
      message: "There is a plan only for SELECT, INSERT, UPDATE, DELETE and MERGE.",
    };
  }
  return mode === "explain" ? refuseFunctions(statement) : null;
}

function refuseFunctions(statement: Statement): Refusal | null {
  const found = calledFunctions(treeOf(statement)).find((name) => BEYOND_TRANSACTION.test(name));
  if (!found) return null;
  return {
    code: "function",
    message: `${found}() acts beyond the transaction, so reading does not allow it.`,
    hint: "Turn on writing where that is allowed, or use psql with rights of your own.",
  };
}

function notReading(): Refusal {
  return {
    code: "not_reading",
    message: "Reading allows SELECT, VALUES, TABLE, WITH, SHOW and EXPLAIN only.",
    hint: "Turn on writing where that is allowed, or write a migration.",
  };
}

function alone(): Refusal {
  return {
    code: "alone",
    message: "PostgreSQL does not run this in a transaction, so it must be the only statement.",
    hint: "Run it alone.",
  };
}
