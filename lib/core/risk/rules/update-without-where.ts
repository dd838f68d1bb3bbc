import { relationName } from "../../sql/tree";
import { keepsAllRows, statementsWithin } from "../../sql/written-rows";
import type { Rule } from "../rule";

export const updateWithoutWhere: Rule = {
  code: "update-without-where",
  severity: "warning",
  effect: "blocks_writes",
  title: "UPDATE without WHERE changes every row of {relation}",
  message:
    "Until the transaction ends nobody else can change a row of {relation} (ROW EXCLUSIVE lock, all rows locked), the old values are gone, and the table grows to about twice its size.",
  suggestion:
    "Update in batches, in a migration apart from schema changes: `-- dbmigrator: batch` above an UPDATE that takes some of the rows left to do (LIMIT) repeats it until none are left.",
  check: ({ tree, knowledge }) =>
    statementsWithin(tree, "UpdateStmt").flatMap((stmt) => {
      const relation = relationName(stmt.relation);
      if (!keepsAllRows(stmt.whereClause) || stmt.fromClause || knowledge.isSurelyNew(relation)) return [];
      return [{ relation, lock: "ROW EXCLUSIVE" as const, params: { relation } }];
    }),
};
