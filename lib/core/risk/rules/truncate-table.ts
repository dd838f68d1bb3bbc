import { relationName } from "../../sql/tree";
import { defineRule } from "../rule";

export const truncateTable = defineRule({
  code: "truncate-table",
  severity: "danger",
  effect: "loses_data",
  title: "TRUNCATE removes all rows of {relation}",
  message:
    "TRUNCATE takes an ACCESS EXCLUSIVE lock on {relation}, so nobody can read or write it, and removes all its rows.",
  suggestion: "Delete the rows that must go with DELETE … WHERE, after a backup.",
  on: "TruncateStmt",
  check: (stmt, { knowledge }) =>
    (stmt.relations ?? [])
      .map((node) => ("RangeVar" in node ? relationName(node.RangeVar) : ""))
      .filter((relation) => !knowledge.isSurelyNew(relation))
      .map((relation) => ({
        relation,
        lock: "ACCESS EXCLUSIVE",
        params: { relation },
        destroys: [relation],
      })),
});
