import { checkText, loadParser, type Node, type ParseFailure, parseTrees } from "./parser";
import { Positions } from "./positions";
import { psqlHint } from "./psql-commands";
import { refusalOf } from "./refusals";
import { Scanner } from "./scanner";
import { transactionNeed } from "./transaction-need";
import { nodeName } from "./tree";
import type { ParsedScript, ScriptProblem, Statement } from "./types";

export { loadParser } from "./parser";

/** Largest script, in UTF-16 units. */
export const MAX_SCRIPT = 64 * 1024 * 1024;
/** Largest single statement: beyond it, PostgreSQL's parser takes hundreds of megabytes. Rows of COPY do not count. */
export const MAX_STATEMENT = 8 * 1024 * 1024;
/** From here on, statements that only move rows are checked without a tree. */
const LARGE_STATEMENT = 256 * 1024;
const ROW_STATEMENTS: Record<string, string> = {
  insert: "InsertStmt",
  update: "UpdateStmt",
  delete: "DeleteStmt",
  values: "SelectStmt",
};
const MAX_PROBLEMS = 200;
/** pg_dump puts these around its dumps, to keep psql from other commands in them (documentation: psql). */
const OF_DUMPS = /^\\(?:un)?restrict\s+[A-Za-z0-9]+$/;

/** Trees of statements for facts and rules; held as long as the statement is. */
const trees = new WeakMap<Statement, Node>();

/**
 * The parser's tree of a statement, read again when parseScript was not asked to keep it.
 * @returns null when it cannot be read; parseScript has said why
 */
export function treeOf(statement: Statement): Node | null {
  const kept = trees.get(statement);
  if (kept) return kept;
  const result = parseTrees(statement.text);
  return "trees" in result ? (result.trees[0] ?? null) : null;
}

/** @see parseScript */
export async function parseScriptAsync(text: string, options?: ParseOptions): Promise<ParsedScript> {
  await loadParser();
  return parseScript(text, options);
}

export interface ParseOptions {
  /** Keep each statement's tree for facts and rules; a runner needs none. */
  keepTrees?: boolean;
}

/**
 * Cuts a script into statements and has PostgreSQL's own parser read each of them.
 *
 * A script with problems must not run; its statements are those that could be read. Comments outside statements
 * belong to none. Speed: about 10 MB/s; memory stays flat, for no statement's tree outlives its turn.
 * @throws Error when loadParser() was not awaited
 */
export function parseScript(text: string, options: ParseOptions = {}): ParsedScript {
  const refused = refuseWhole(text);
  if (refused) return { statements: [], problems: [refused] };
  return new ScriptReader(text, options.keepTrees ?? false).read();
}

function refuseWhole(text: string): ScriptProblem | null {
  if (text.length > MAX_SCRIPT) {
    const message = `The script has ${Math.round(text.length / 1048576)} MB; more than ${MAX_SCRIPT / 1048576} MB are not accepted.`;
    return { code: "too_large", line: 1, column: 1, message, hint: "Split it into several migrations." };
  }
  const at = text.indexOf("\0");
  if (at < 0) return null;
  const hint = "Save the file as UTF-8 (a file in UTF-16 looks like this), or remove the character.";
  return {
    code: "null_byte",
    ...new Positions(text).at(at),
    message: "The script contains a null byte.",
    hint,
  };
}

class ScriptReader {
  private readonly statements: Statement[] = [];
  private readonly problems: ScriptProblem[] = [];
  private readonly positions: Positions;
  private readonly scanner: Scanner;

  constructor(
    private readonly text: string,
    private readonly keepTrees: boolean,
  ) {
    this.positions = new Positions(text);
    this.scanner = new Scanner(text);
  }

  read(): ParsedScript {
    for (let event = this.scanner.next(); event; event = this.scanner.next()) {
      if (event.kind === "psql") this.readPsql(event.start, event.end, event.inside);
      else this.readStatement(event.start, event.end, event.firstWord);
      if (this.problems.length >= MAX_PROBLEMS) break;
    }
    return { statements: this.statements, problems: this.problems };
  }

  private readPsql(start: number, end: number, inside: boolean): void {
    const command = this.text.slice(start, end).trim();
    if (OF_DUMPS.test(command) && !inside) return;
    const word = /^\\[A-Za-z!?.;]+|^\\./.exec(command)?.[0] ?? "\\";
    const message = `${word} is a command of psql, not SQL; it is not accepted.`;
    this.problem(start, { code: "psql_command", message, hint: psqlHint(word) });
  }

  private readStatement(start: number, end: number, firstWord: string): void {
    const text = this.text.slice(start, end);
    if (text.length > MAX_STATEMENT) {
      const message = `This statement has ${Math.round(text.length / 1048576)} MB; more than ${MAX_STATEMENT / 1048576} MB in one statement are not accepted.`;
      this.problem(start, {
        code: "too_large",
        message,
        hint: "Split it, or load the rows with COPY … FROM stdin.",
      });
      return;
    }
    const rowNode = ROW_STATEMENTS[firstWord];
    if (rowNode && text.length > LARGE_STATEMENT && !text.includes("dbmigrator")) {
      const failure = checkText(text);
      if (failure) this.syntaxProblem(start, failure);
      else this.add(text, start, end, rowNode, "inside");
      return;
    }
    const result = parseTrees(text);
    if ("failure" in result) {
      this.syntaxProblem(start, result.failure);
      if (firstWord === "copy" && /\bfrom\s+stdin\b/i.test(text)) this.scanner.readCopyData();
      return;
    }
    const [tree, second] = result.trees;
    if (!tree) return;
    if (second) {
      this.problem(start, { code: "syntax", message: "The end of this statement cannot be found." });
      return;
    }
    const refusal = refusalOf(tree, text);
    if (refusal) this.problem(start, refusal);
    const statement = this.add(text, start, end, nodeName(tree), transactionNeed(tree));
    if (this.keepTrees) trees.set(statement, tree);
    if ("CopyStmt" in tree && tree.CopyStmt.is_from && !tree.CopyStmt.filename && !tree.CopyStmt.is_program) {
      this.readRows(statement);
    }
  }

  private readRows(statement: Statement): void {
    const { data, closed, extra } = this.scanner.readCopyData();
    statement.copyData = data;
    if (extra !== null) {
      const message = "The rows of COPY … FROM stdin begin on the next line; nothing may follow on this one.";
      this.problem(extra, { code: "syntax", message });
    }
    if (!closed) {
      const message = "The rows of COPY … FROM stdin have no end.";
      this.problem(statement.start, {
        code: "unterminated_copy",
        message,
        hint: "Close them with a line that holds only \\.",
      });
    }
  }

  private add(text: string, start: number, end: number, node: string, need: Statement["need"]): Statement {
    const index = this.statements.length + 1;
    const statement: Statement = { index, text, start, end, ...this.positions.at(start), node, need };
    this.statements.push(statement);
    return statement;
  }

  private syntaxProblem(start: number, failure: ParseFailure): void {
    const at = start + failure.offset;
    const hint = unfilledHint(this.text, at);
    this.problem(at, { code: "syntax", message: failure.message, ...(hint ? { hint } : {}) });
  }

  private problem(offset: number, problem: Pick<ScriptProblem, "code" | "message" | "hint">): void {
    this.problems.push({ ...problem, ...this.positions.at(offset) });
  }
}

/** For what another program fills in before it sends a script. */
function unfilledHint(text: string, at: number): string | null {
  if (text[at] === ":") return "Variables of psql (:name) do not exist here; write the value itself.";
  const isTemplate = /^(?:\$?\{|<%|%\()/.test(text.slice(at, at + 2));
  return isTemplate ? "Templates are not filled in here; write the value itself." : null;
}
