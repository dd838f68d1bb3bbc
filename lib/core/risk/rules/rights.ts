import { nameParts, names } from "../../sql/tree";
import { defineRule } from "../rule";

export const revokeRights = defineRule({
  code: "revoke-rights",
  severity: "warning",
  effect: "breaks_clients",
  title: "{role} loses rights on {object}",
  message: "Running code that signs in as {role} is refused as soon as this commits.",
  suggestion: "Make sure that nothing uses these rights any more.",
  on: "GrantStmt",
  check: (stmt, { knowledge }) => {
    if (stmt.is_grant) return [];
    const objects = (stmt.objects ?? []).map((object) => nameParts(object).join("."));
    if (objects.length > 0 && objects.every((object) => knowledge.isFresh(object))) return [];
    const role = (stmt.grantees ?? [])
      .map((node) => ("RoleSpec" in node ? (node.RoleSpec.rolename ?? "PUBLIC") : ""))
      .join(", ");
    // Closing what PostgreSQL leaves open by default is good practice, on functions and schemas above all.
    const tightens =
      role === "PUBLIC" && stmt.objtype !== "OBJECT_TABLE" && stmt.objtype !== "OBJECT_SEQUENCE";
    return tightens ? [] : [{ params: { role, object: objects.join(", ") } }];
  },
});

export const dropRole = defineRule({
  code: "drop-role",
  severity: "warning",
  effect: "breaks_clients",
  title: "{role} can no longer sign in",
  message:
    "DROP ROLE removes {role} from the whole server, for every database on it; it fails while the role owns something in any of them.",
  suggestion:
    "Revoke its right to sign in first (ALTER ROLE … NOLOGIN), and drop it when nobody has missed it.",
  on: "DropRoleStmt",
  check: (stmt) => [{ params: { role: names(stmt.roles).join(", ") } }],
});
