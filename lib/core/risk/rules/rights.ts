import type { Node } from "../../sql/parser";
import { nameParts, names } from "../../sql/tree";
import { defineRule, type Rule } from "../rule";

/** As written; `shop.*` for all of a schema. */
function grantObjects({ objects, targtype }: { objects?: Node[]; targtype?: string }): string[] {
  const all = targtype === "ACL_TARGET_ALL_IN_SCHEMA" ? ".*" : "";
  return (objects ?? []).map((object) => nameParts(object).join(".") + all);
}

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
    const objects = grantObjects(stmt);
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

/** What everyone may do unless somebody said otherwise (documentation: "Privileges"), and may do no harm by. */
const OPEN_BY_DEFAULT: Record<string, readonly string[]> = {
  OBJECT_FUNCTION: ["execute"],
  OBJECT_PROCEDURE: ["execute"],
  OBJECT_ROUTINE: ["execute"],
  OBJECT_TYPE: ["usage"],
  OBJECT_DOMAIN: ["usage"],
  OBJECT_LANGUAGE: ["usage"],
  OBJECT_DATABASE: ["connect", "temporary", "temp"],
  // Not by default, but seeing names gives nothing away that catalogs do not.
  OBJECT_SCHEMA: ["usage"],
};
/** ALL is no more than what is open by default. */
const ALL_IS_OPEN = /^OBJECT_(FUNCTION|PROCEDURE|ROUTINE|TYPE|DOMAIN|LANGUAGE)$/;

export const grantToPublic: Rule = {
  code: "grant-to-public",
  severity: "warning",
  effect: "none",
  title: "Everyone gets {rights} on {object}",
  message:
    "PUBLIC is every role that may connect, also those that are made later. What a role inherits this way cannot be taken from it alone.",
  suggestion: "Grant to the roles that need it, or to a role that they are members of.",
  check: ({ tree }) => {
    const byDefault = "AlterDefaultPrivilegesStmt" in tree;
    const stmt = byDefault
      ? tree.AlterDefaultPrivilegesStmt.action
      : "GrantStmt" in tree
        ? tree.GrantStmt
        : undefined;
    const toPublic = stmt?.grantees?.some(
      (node) => "RoleSpec" in node && node.RoleSpec.roletype === "ROLESPEC_PUBLIC",
    );
    if (!stmt?.is_grant || !toPublic) return [];
    const kind = stmt.objtype ?? "";
    const rights = (stmt.privileges ?? []).map((node) =>
      "AccessPriv" in node ? (node.AccessPriv.priv_name ?? "") : "",
    );
    const open = OPEN_BY_DEFAULT[kind] ?? [];
    const harmless =
      rights.length === 0 ? ALL_IS_OPEN.test(kind) : rights.every((right) => open.includes(right));
    if (harmless) return [];
    const objects = grantObjects(stmt);
    return [
      {
        params: {
          rights: rights.length === 0 ? "ALL" : rights.join(", ").toUpperCase(),
          object: objects.length === 0 ? "*" : objects.join(", "),
        },
      },
    ];
  },
};

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
