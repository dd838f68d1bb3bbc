import { treeOf } from "../sql/parse-script";
import type { Statement } from "../sql/types";

const SAVEPOINT = /^(?:savepoint|release|rollback(?:\s+(?:work|transaction))?\s+to)\b/i;

/** SAVEPOINT, RELEASE and ROLLBACK TO, which work inside of a transaction and end none. */
export function isSavepointStatement(statement: Statement): boolean {
  return statement.need === "control" && SAVEPOINT.test(statement.text);
}

/** The savepoints that a script holds in one transaction of ours. */
export class Savepoints {
  private names: string[] = [];

  /**
   * @returns the name that the script has not made, or null. PostgreSQL would refuse it (3B001), unless the run is a
   *   single transaction: then it could be the runner's own.
   */
  follow(statement: Statement): string | null {
    const tree = treeOf(statement);
    if (!tree || !("TransactionStmt" in tree)) return null;
    const { kind, savepoint_name: name = "" } = tree.TransactionStmt;
    if (kind === "TRANS_STMT_SAVEPOINT") {
      this.names.push(name);
      return null;
    }
    const at = this.names.lastIndexOf(name);
    if (at === -1) return name;
    this.names.length = kind === "TRANS_STMT_RELEASE" ? at : at + 1;
    return null;
  }
}
