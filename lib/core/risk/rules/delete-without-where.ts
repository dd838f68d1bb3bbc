import { relationName } from "../../sql/tree";
import { defineRule } from "../rule";

export const deleteWithoutWhere = defineRule({
  code: "delete-without-where",
  severity: "danger",
  effect: "loses_data",
  title: "DELETE without WHERE removes all rows of {relation}",
  message:
    "Every row of {relation} is deleted, and until the transaction ends nobody else can change any of them (ROW EXCLUSIVE lock, all rows locked).",
  suggestion: "Add a WHERE clause and delete in batches.",
  on: "DeleteStmt",
  check: (stmt, { knowledge }) => {
    const relation = relationName(stmt.relation);
    if (stmt.whereClause || stmt.usingClause || knowledge.isFresh(relation)) return [];
    return [{ relation, lock: "ROW EXCLUSIVE", params: { relation }, destroys: [relation] }];
  },
});
