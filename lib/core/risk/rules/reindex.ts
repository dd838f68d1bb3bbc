import { isOn, optionsOf } from "../../sql/transaction-need";
import { relationName } from "../../sql/tree";
import { insertAfter } from "../rewrite";
import { defineRule } from "../rule";

export const reindex = defineRule({
  code: "reindex-without-concurrently",
  severity: "warning",
  effect: "blocks_reads_and_writes",
  title: "REINDEX locks {relation} while it builds",
  message:
    "REINDEX takes a SHARE lock on each table, which stops writes, and an ACCESS EXCLUSIVE lock on each index, which stops most reads, until the indexes are built.",
  suggestion: "Use REINDEX … CONCURRENTLY in a migration of its own; it cannot run in a transaction.",
  on: "ReindexStmt",
  check: (stmt, { knowledge, statement }) => {
    // REINDEX SYSTEM knows no gentler form.
    if (stmt.kind === "REINDEX_OBJECT_SYSTEM") return [];
    const options = optionsOf(stmt.params);
    if (options.has("concurrently") && isOn(options.get("concurrently"), true)) return [];
    const relation = relationName(stmt.relation) || stmt.name || "";
    if (knowledge.isFresh(relation) || knowledge.isFresh(knowledge.tableOfIndex(relation) ?? "")) return [];
    const sql = insertAfter(statement.text, /^reindex\s+(?:table|index|schema|database)/i, "CONCURRENTLY");
    return [
      {
        relation,
        lock: "ACCESS EXCLUSIVE",
        params: { relation },
        ...(sql ? { fix: { sql: `${sql};\n`, ownMigration: true } } : {}),
      },
    ];
  },
});
