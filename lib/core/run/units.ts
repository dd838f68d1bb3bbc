import type { Directives } from "../migration/types";
import type { ParsedScript, ScriptProblem, Statement } from "../sql/types";

/**
 * What of a script takes effect together.
 * `transaction`: the runner opens and ends it. `block`: BEGIN … COMMIT of the script itself. `outside`: one statement
 * that PostgreSQL refuses in a transaction, or that may end one itself.
 */
export interface Unit {
  kind: "transaction" | "block" | "outside";
  statements: Statement[];
  /** `block` only: it ends with ROLLBACK, and nothing of it stays. */
  rolledBack: boolean;
}

/** How a script runs: in one transaction of ours, statement by statement, or by its own BEGIN and COMMIT. */
export type TransactionMode = "one" | "none" | "own";

const BEGIN = /^(?:begin|start\s+transaction)\b/i;
const ROLLBACK_TO = /^rollback(?:\s+(?:work|transaction))?\s+to\b/i;
const ROLLBACK = /^(?:rollback|abort)\b/i;
const COMMIT = /^(?:commit|end)\b/i;

/** Nodes whose code may commit by itself when it runs outside of a transaction. */
const MAY_COMMIT = new Set(["CallStmt", "DoStmt"]);

/** @see TransactionMode */
export function transactionMode(parsed: ParsedScript, directives: Directives): TransactionMode {
  if (parsed.statements.some((statement) => statement.need === "control" && BEGIN.test(statement.text)))
    return "own";
  if (directives.transaction === "none") return "none";
  return parsed.statements.some((statement) => statement.need === "outside") ? "none" : "one";
}

/**
 * Cuts a script into units, in order.
 *
 * Statements around one that must run outside of a transaction share transactions of ours; with `transaction=none`,
 * and around the script's own blocks, each stands alone, as it would when typed in.
 */
export function splitUnits(
  parsed: ParsedScript,
  directives: Directives,
): { units: Unit[]; problems: ScriptProblem[] } {
  const units: Unit[] = [];
  const problems: ScriptProblem[] = [];
  const mode = transactionMode(parsed, directives);
  const alone = mode === "own" || directives.transaction === "none";
  let block: Unit | null = null;
  for (const statement of parsed.statements) {
    if (block) {
      block.statements.push(statement);
      if (statement.need === "outside") problems.push(inBlock(statement));
      if (endsBlock(statement)) {
        block.rolledBack = ROLLBACK.test(statement.text);
        block = null;
      }
    } else if (statement.need === "control" && BEGIN.test(statement.text)) {
      block = { kind: "block", statements: [statement], rolledBack: false };
      units.push(block);
    } else if (statement.need === "control") {
      problems.push(withoutBegin(statement));
    } else addLoose(units, statement, alone, directives.transaction === "none");
  }
  if (block) problems.push(unclosed(block));
  return { units, problems };
}

function addLoose(units: Unit[], statement: Statement, alone: boolean, none: boolean): void {
  const last = units.at(-1);
  if (statement.need === "outside" || (none && MAY_COMMIT.has(statement.node))) {
    units.push({ kind: "outside", statements: [statement], rolledBack: false });
  } else if (last?.kind === "transaction" && !alone) {
    last.statements.push(statement);
  } else {
    units.push({ kind: "transaction", statements: [statement], rolledBack: false });
  }
}

function endsBlock(statement: Statement): boolean {
  if (statement.need !== "control" || ROLLBACK_TO.test(statement.text)) return false;
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
