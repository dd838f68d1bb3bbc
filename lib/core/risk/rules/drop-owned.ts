import { names } from "../../sql/tree";
import { defineRule } from "../rule";

export const dropOwned = defineRule({
  code: "drop-owned",
  severity: "danger",
  effect: "loses_data",
  title: "Dropping all that {role} owns",
  message:
    "DROP OWNED removes every table, view and function of {role} in this database, and its rights on all others, each under an ACCESS EXCLUSIVE lock.",
  suggestion: "Use REASSIGN OWNED to give the objects to another role, or drop them by name.",
  on: "DropOwnedStmt",
  check: (stmt) => {
    const role = names(stmt.roles).join(", ");
    return [{ params: { role }, destroys: [role] }];
  },
});
