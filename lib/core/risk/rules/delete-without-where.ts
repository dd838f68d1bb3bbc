import { relationName } from "../../sql/tree";
import { keepsAllRows, statementsWithin } from "../../sql/written-rows";
import type { Rule } from "../rule";

export const deleteWithoutWhere: Rule = {
  code: "delete-without-where",
  severity: "danger",
  effect: "loses_data",
  title: "DELETE without WHERE removes all rows of {relation}",
  message:
    "Every row of {relation} is deleted, and until the transaction ends nobody else can change any of them (ROW EXCLUSIVE lock, all rows locked).",
  suggestion: "Add a WHERE clause and delete in batches.",
  check: ({ tree, knowledge }) =>
    statementsWithin(tree, "DeleteStmt").flatMap((stmt) => {
      const relation = relationName(stmt.relation);
      if (!keepsAllRows(stmt.whereClause) || stmt.usingClause || knowledge.isSurelyNew(relation)) return [];
      return [{ relation, lock: "ROW EXCLUSIVE" as const, params: { relation }, destroys: [relation] }];
    }),
};
