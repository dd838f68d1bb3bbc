import { relationName } from "../../sql/tree";
import { defineRule } from "../rule";

export const truncateCascade = defineRule({
  code: "truncate-cascade",
  severity: "danger",
  effect: "loses_data",
  title: "TRUNCATE … CASCADE empties other tables too",
  message:
    "CASCADE also removes all rows of every table with a foreign key to {relation}, and of those that refer to them in turn, all under ACCESS EXCLUSIVE locks.",
  suggestion: "Name every table that is to be emptied, without CASCADE.",
  on: "TruncateStmt",
  check: (stmt) => {
    if (stmt.behavior !== "DROP_CASCADE") return [];
    const relation = (stmt.relations ?? [])
      .map((node) => ("RangeVar" in node ? relationName(node.RangeVar) : ""))
      .join(", ");
    return [{ relation, lock: "ACCESS EXCLUSIVE", params: { relation } }];
  },
});
