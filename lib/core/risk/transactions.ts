import { splitUnits, type UnitDirectives } from "../run/units";
import { treeOf } from "../sql/parse-script";
import type { Statement } from "../sql/types";

/** The transaction that a statement runs in. */
export interface ScriptTransaction {
  /** Statements with the same number commit together. */
  number: number;
  /** Opened by the script's own BEGIN. */
  own: boolean;
  /** BEGIN while one is open. */
  nested?: true;
  /** COMMIT or ROLLBACK while none is open. */
  orphan?: true;
  /** This BEGIN is never followed by its COMMIT. */
  leftOpen?: true;
}

/** Numbers the transactions of a script as the runner will run it, and marks what does not pair. */
export function readTransactions(
  statements: readonly Statement[],
  directives: UnitDirectives,
): ScriptTransaction[] {
  const { units } = splitUnits({ statements: [...statements], problems: [] }, directives);
  const numbers = new Map(units.flatMap((unit, i) => unit.statements.map((one) => [one, i + 1] as const)));
  const result: ScriptTransaction[] = [];
  let openedAt = -1;
  statements.forEach((statement, i) => {
    const kind = transactionKind(statement);
    const entry: ScriptTransaction = { number: numbers.get(statement) ?? -i, own: openedAt >= 0 };
    if (kind === "begin") {
      if (openedAt >= 0) entry.nested = true;
      else openedAt = i;
      entry.own = true;
    }
    if (kind === "end") {
      if (openedAt < 0) entry.orphan = true;
      openedAt = -1;
    }
    result.push(entry);
  });
  const open = result[openedAt];
  if (open) open.leftOpen = true;
  return result;
}

function transactionKind(statement: Statement): "begin" | "end" | null {
  const tree = statement.need === "control" ? treeOf(statement) : null;
  if (!tree || !("TransactionStmt" in tree)) return null;
  const { kind } = tree.TransactionStmt;
  if (kind === "TRANS_STMT_BEGIN" || kind === "TRANS_STMT_START") return "begin";
  return kind === "TRANS_STMT_COMMIT" || kind === "TRANS_STMT_ROLLBACK" ? "end" : null;
}
