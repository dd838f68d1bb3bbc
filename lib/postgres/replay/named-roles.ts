import { parseScriptAsync, treeOf } from "../../core/sql/parse-script";
import { loadParser, type Node } from "../../core/sql/parser";
import { walkTree } from "../../core/sql/tree";

/** Statements that may name a role. */
const NAMING = new Set([
  "GrantStmt",
  "GrantRoleStmt",
  "AlterDefaultPrivilegesStmt",
  "CreatePolicyStmt",
  "AlterPolicyStmt",
  "CreateRoleStmt",
]);

/** Whether a script is worth a second reading. */
const MAY_NAME = /\b(?:grant|revoke|policy|privileges|role|user|group)\b/i;

/**
 * Roles that scripts grant something to or make themselves, so that they can be there before a replay. Owners are
 * not among them: a copy has one owner.
 */
export async function namedRoles(scripts: readonly string[]): Promise<string[]> {
  await loadParser();
  const found = new Set<string>();
  for (const script of scripts) {
    if (!MAY_NAME.test(script)) continue;
    for (const statement of (await parseScriptAsync(script)).statements) {
      if (!NAMING.has(statement.node)) continue;
      const tree = treeOf(statement);
      if (tree) for (const role of rolesOf(tree)) found.add(role);
    }
  }
  return [...found].filter((role) => !/^pg_/.test(role) && role !== "");
}

function rolesOf(tree: Node): string[] {
  if ("CreateRoleStmt" in tree) return [tree.CreateRoleStmt.role ?? ""];
  const roles: string[] = [];
  walkTree([tree], (name, body) => {
    if (name === "RoleSpec" && body.roletype === "ROLESPEC_CSTRING") roles.push(String(body.rolename ?? ""));
    if (name === "AccessPriv" && "GrantRoleStmt" in tree) roles.push(String(body.priv_name ?? ""));
    return undefined;
  });
  return roles;
}
