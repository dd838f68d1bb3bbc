import type { BatchDirective, Directives } from "../migration/types";
import { treeOf } from "../sql/parse-script";
import type { ParsedScript, ScriptProblem, Statement } from "../sql/types";
import { findBatches } from "./batches";
import { isSavepointStatement, Savepoints } from "./savepoints";

/**
 * What of a script takes effect together.
 * `transaction`: the runner opens and ends it. `block`: BEGIN … COMMIT of the script itself. `outside`: one statement
 * that PostgreSQL refuses in a transaction, or that may end one itself. `batch`: one statement that is repeated, each
 * time in a transaction of its own, until it changes nothing.
 */
export interface Unit {
  kind: "transaction" | "block" | "outside" | "batch";
  statements: Statement[];
  /** `batch` only. */
  batch?: BatchDirective;
  /** `block` only: it ends with ROLLBACK, and nothing of it stays. */
  rolledBack: boolean;
}

/** How a script runs: in one transaction of ours, statement by statement, or by its own BEGIN and COMMIT. */
export type TransactionMode = "one" | "none" | "own";

/** The directives that decide about units. */
export type UnitDirectives = Pick<Directives, "transaction" | "batches">;

const BEGIN = /^(?:begin|start\s+transaction)\b/i;
const ROLLBACK = /^(?:rollback|abort)\b/i;
const COMMIT = /^(?:commit|end)\b/i;

/**
 * Whether its code may commit by itself when it runs outside of a transaction. What a DO block does not name it cannot
 * do: EXECUTE and the functions that it calls run in one transaction (documentation: "Transaction Management").
 */
function mayCommit(statement: Statement): boolean {
  if (statement.node === "DoStmt") return /commit|rollback|call/i.test(statement.text);
  return statement.node === "CallStmt";
}

/** @see TransactionMode */
export function transactionMode(parsed: ParsedScript, directives: UnitDirectives): TransactionMode {
  if (parsed.statements.some((statement) => statement.need === "control" && BEGIN.test(statement.text)))
    return "own";
  if (directives.transaction === "none" || directives.batches.length > 0) return "none";
  return parsed.statements.some((statement) => statement.need === "outside") ? "none" : "one";
}

/**
 * Cuts a script into units, in order.
 *
 * Statements around one that must run outside of a transaction, or in batches, share transactions of ours; with `transaction=none`,
 * and around the script's own blocks, each stands alone, as it would when typed in.
 */
export function splitUnits(
  parsed: ParsedScript,
  directives: UnitDirectives,
): { units: Unit[]; problems: ScriptProblem[] } {
  const units: Unit[] = [];
  const { batches, problems } = findBatches(parsed.statements, directives.batches);
  const mode = transactionMode(parsed, directives);
  const alone = mode === "own" || directives.transaction === "none";
  let block: Unit | null = null;
  const savepoints = new Map<Unit, Savepoints>();
  const last = parsed.statements.findLast((one) => one.need !== "control");
  for (const statement of parsed.statements) {
    if (resetsAll(statement) && statement !== last) problems.push(resetTooEarly(statement));
    if (block) {
      block.statements.push(statement);
      if (statement.need === "outside") problems.push(inBlock(statement));
      if (batches.has(statement)) problems.push(batchInBlock(statement));
      if (endsBlock(statement)) {
        block.rolledBack = ROLLBACK.test(statement.text);
        block = null;
      }
    } else if (statement.need === "control" && BEGIN.test(statement.text)) {
      block = { kind: "block", statements: [statement], rolledBack: false };
      units.push(block);
    } else if (isSavepointStatement(statement) && !alone) {
      addLoose(units, statement, alone, false);
      problems.push(...followSavepoint(savepoints, units.at(-1), statement));
    } else if (statement.need === "control") {
      problems.push(withoutBegin(statement));
    } else if (batches.has(statement)) {
      const batch = batches.get(statement);
      units.push({ kind: "batch", statements: [statement], rolledBack: false, ...(batch ? { batch } : {}) });
    } else addLoose(units, statement, alone, directives.transaction === "none");
  }
  if (block) problems.push(unclosed(block));
  return { units, problems };
}

function addLoose(units: Unit[], statement: Statement, alone: boolean, none: boolean): void {
  const last = units.at(-1);
  if (statement.need === "outside" || (none && mayCommit(statement))) {
    units.push({ kind: "outside", statements: [statement], rolledBack: false });
  } else if (last?.kind === "transaction" && !alone) {
    last.statements.push(statement);
  } else {
    units.push({ kind: "transaction", statements: [statement], rolledBack: false });
  }
}

function followSavepoint(
  all: Map<Unit, Savepoints>,
  unit: Unit | undefined,
  statement: Statement,
): ScriptProblem[] {
  if (!unit) return [];
  const own = all.get(unit) ?? new Savepoints();
  all.set(unit, own);
  const missing = own.follow(statement);
  if (missing === null) return [];
  const message = `The script has no savepoint ${missing} in this transaction.`;
  return [
    problemAt(statement, message, "Write SAVEPOINT before it; a statement outside of a transaction ends it."),
  ];
}

function resetsAll(statement: Statement): boolean {
  if (statement.node !== "VariableSetStmt" || !/^reset\b/i.test(statement.text)) return false;
  const tree = treeOf(statement);
  return tree !== null && "VariableSetStmt" in tree && tree.VariableSetStmt.kind === "VAR_RESET_ALL";
}

function resetTooEarly(statement: Statement): ScriptProblem {
  const message = "RESET ALL takes away the time limits of the statements after it.";
  return problemAt(
    statement,
    message,
    "Reset the settings that you changed by name, or write it at the very end.",
  );
}

function endsBlock(statement: Statement): boolean {
  if (statement.need !== "control" || isSavepointStatement(statement)) return false;
  return COMMIT.test(statement.text) || ROLLBACK.test(statement.text);
}

function problemAt(statement: Statement, message: string, hint: string): ScriptProblem {
  return { code: "session", line: statement.line, column: statement.column, message, hint };
}

function inBlock(statement: Statement): ScriptProblem {
  return problemAt(
    statement,
    "PostgreSQL refuses this statement inside BEGIN … COMMIT.",
    "Move it out of the block.",
  );
}

function batchInBlock(statement: Statement): ScriptProblem {
  const message = "A statement that is repeated in batches stands inside BEGIN … COMMIT.";
  return problemAt(statement, message, "Move it out of the block: each batch is a transaction of its own.");
}

function withoutBegin(statement: Statement): ScriptProblem {
  const word = statement.text.split(/\s/)[0]?.toUpperCase() ?? "COMMIT";
  const hint =
    "Remove it (the runner opens a transaction itself), or write BEGIN where the transaction begins.";
  return problemAt(statement, `${word} stands outside of a transaction that the script began.`, hint);
}

function unclosed(block: Unit): ScriptProblem {
  const [first] = block.statements;
  const message = "The transaction that begins here has no COMMIT.";
  const hint = "End it, or remove BEGIN: the runner opens a transaction itself.";
  return first ? problemAt(first, message, hint) : { code: "session", line: 1, column: 1, message, hint };
}
