import { relationName } from "../../sql/tree";
import { defineRule } from "../rule";

export const updateWithoutWhere = defineRule({
  code: "update-without-where",
  severity: "warning",
  effect: "blocks_writes",
  title: "UPDATE without WHERE changes every row of {relation}",
  message:
    "Until the transaction ends nobody else can change a row of {relation} (ROW EXCLUSIVE lock, all rows locked), the old values are gone, and the table grows to about twice its size.",
  suggestion:
    "Update in batches, in a migration apart from schema changes: `-- dbmigrator: batch` above an UPDATE that takes some of the rows left to do (LIMIT) repeats it until none are left.",
  on: "UpdateStmt",
  check: (stmt, { knowledge }) => {
    const relation = relationName(stmt.relation);
    if (stmt.whereClause || stmt.fromClause || knowledge.isFresh(relation)) return [];
    return [{ relation, lock: "ROW EXCLUSIVE", params: { relation } }];
  },
});
