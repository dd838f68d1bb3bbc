import type { BatchDirective } from "../migration/types";
import { treeOf } from "../sql/parse-script";
import { walkTree } from "../sql/tree";
import type { ScriptProblem, Statement } from "../sql/types";

const CHANGES_ROWS = new Set(["UpdateStmt", "DeleteStmt", "InsertStmt", "MergeStmt"]);

const EXAMPLE =
  "UPDATE orders SET total = net + tax WHERE id IN (SELECT id FROM orders WHERE total IS NULL LIMIT 5000);";

/**
 * Finds the statement of each `batch` directive: the first below its line.
 *
 * A statement that is repeated changes rows and bounds how many by a LIMIT of its own: what a reviewer reads is what
 * runs. Whether it will ever find nothing left to do only its meaning can tell; `max` bounds that.
 * @returns the directive of each such statement, and what is wrong with the others
 */
export function findBatches(
  statements: readonly Statement[],
  directives: readonly BatchDirective[],
): { batches: Map<Statement, BatchDirective>; problems: ScriptProblem[] } {
  const batches = new Map<Statement, BatchDirective>();
  const problems: ScriptProblem[] = [];
  for (const directive of directives) {
    const index = statements.findIndex((one) => one.line > directive.line);
    const statement = statements[index];
    const before = statements[index === -1 ? statements.length - 1 : index - 1];
    const problem = statement ? refuse(statement) : ["There is no statement below batch.", EXAMPLE];
    if (before && endLine(before) >= directive.line)
      problems.push(
        problemAt(directive, "batch stands inside of a statement.", "Write it above the statement."),
      );
    else if (problem) problems.push(problemAt(directive, problem[0] ?? "", problem[1] ?? EXAMPLE));
    else if (statement && batches.has(statement))
      problems.push(problemAt(directive, "The statement below has a batch directive already.", EXAMPLE));
    else if (statement) batches.set(statement, directive);
  }
  return { batches, problems };
}

/** What is wrong, and what to do. */
function refuse(statement: Statement): [string, string] | null {
  if (!CHANGES_ROWS.has(statement.node))
    return ["batch is for UPDATE, DELETE, INSERT … SELECT and MERGE.", `Write for example: ${EXAMPLE}`];
  if (!hasLimit(statement))
    return [
      "The statement below batch has no LIMIT: the first batch would be all of it.",
      `Choose the rows of a batch in the statement: ${EXAMPLE}`,
    ];
  return null;
}

function hasLimit(statement: Statement): boolean {
  let found = false;
  walkTree(treeOf(statement), (_, body) => {
    found ||= body.limitCount !== undefined;
    return undefined;
  });
  return found;
}

function endLine(statement: Statement): number {
  return statement.line + statement.text.split("\n").length - 1;
}

function problemAt({ line }: BatchDirective, message: string, hint: string): ScriptProblem {
  return { code: "directive", line, column: 1, message, hint };
}
