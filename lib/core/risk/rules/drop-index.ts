import { nameParts } from "../../sql/tree";
import { insertAfter } from "../rewrite";
import { defineRule } from "../rule";

export const dropIndex = defineRule({
  code: "drop-index-without-concurrently",
  severity: "warning",
  effect: "blocks_reads_and_writes",
  title: "Dropping {index} locks its table",
  message:
    "DROP INDEX waits for an ACCESS EXCLUSIVE lock on the table of {index}; while it waits and works, nobody can read or write that table.",
  suggestion: "Use DROP INDEX CONCURRENTLY in a migration of its own; it cannot run in a transaction.",
  on: "DropStmt",
  check: (stmt, { knowledge, statement }) => {
    if (stmt.removeType !== "OBJECT_INDEX" || stmt.concurrent) return [];
    const indexes = (stmt.objects ?? []).map((object) => nameParts(object).join("."));
    const sql = insertAfter(statement.text, /^drop\s+index/i, "CONCURRENTLY");
    const single = indexes.length === 1 && stmt.behavior !== "DROP_CASCADE" && sql;
    return indexes
      .filter((index) => !knowledge.isFresh(knowledge.tableOfIndex(index) ?? ""))
      .map((index) => ({
        relation: knowledge.tableOfIndex(index) ?? index,
        lock: "ACCESS EXCLUSIVE",
        params: { index },
        ...(single ? { fix: { sql: `${sql};\n`, ownMigration: true } } : {}),
      }));
  },
});
