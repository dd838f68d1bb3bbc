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

/**
 * Numbers the transactions of a script as the runner will run it: its own BEGIN … COMMIT where it has them; each
 * statement alone when one must run outside or `transaction=none` says so; else all in one.
 */
export function readTransactions(
  statements: readonly Statement[],
  mode: "auto" | "none",
): ScriptTransaction[] {
  const kinds = statements.map(transactionKind);
  const separate =
    kinds.includes("begin") || mode === "none" || statements.some(({ need }) => need === "outside");
  const result: ScriptTransaction[] = [];
  let number = 0;
  let openedAt = -1;
  for (const kind of kinds) {
    if (openedAt < 0 && separate) number += 1;
    const entry: ScriptTransaction = { number, own: openedAt >= 0 };
    if (kind === "begin") {
      if (openedAt >= 0) entry.nested = true;
      else openedAt = result.length;
      entry.own = true;
    }
    if (kind === "end") {
      if (openedAt < 0) entry.orphan = true;
      openedAt = -1;
    }
    result.push(entry);
  }
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
