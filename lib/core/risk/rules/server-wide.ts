import { effectBeyondDatabase } from "../../sql/reach";
import type { Rule } from "../rule";

export const serverWide: Rule = {
  code: "server-wide-change",
  severity: "warning",
  effect: "breaks_clients",
  title: "{what} reaches beyond the target database",
  message:
    "{what} changes something that all databases of the server share; other targets on the same server feel it, it cannot be tried on a shadow, and ALTER SYSTEM, databases and tablespaces cannot be rolled back.",
  suggestion: "Leave it to those who run the server, or to a migration of its own that is run once.",
  check: ({ tree }) => {
    const what = effectBeyondDatabase(tree);
    // Dropping a database or role has a rule of its own, and rights of roles are everyday.
    if (!what || "DropdbStmt" in tree || "DropRoleStmt" in tree || "CopyStmt" in tree) return [];
    const everyday =
      "CreateRoleStmt" in tree ||
      "GrantRoleStmt" in tree ||
      "AlterRoleStmt" in tree ||
      "AlterRoleSetStmt" in tree;
    return [everyday ? { params: { what }, severity: "notice" } : { params: { what } }];
  },
};
