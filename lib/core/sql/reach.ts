import type { Node } from "./parser";
import { nodeName } from "./tree";

/** Statements that change what all databases of a server share, or its files (shared catalogs of PostgreSQL). */
const SHARED: Record<string, string> = {
  CreatedbStmt: "CREATE DATABASE",
  DropdbStmt: "DROP DATABASE",
  AlterDatabaseStmt: "ALTER DATABASE",
  AlterDatabaseSetStmt: "ALTER DATABASE",
  AlterDatabaseRefreshCollStmt: "ALTER DATABASE",
  CreateTableSpaceStmt: "CREATE TABLESPACE",
  DropTableSpaceStmt: "DROP TABLESPACE",
  AlterTableSpaceOptionsStmt: "ALTER TABLESPACE",
  AlterSystemStmt: "ALTER SYSTEM",
  CreateRoleStmt: "CREATE ROLE",
  AlterRoleStmt: "ALTER ROLE",
  AlterRoleSetStmt: "ALTER ROLE",
  DropRoleStmt: "DROP ROLE",
  GrantRoleStmt: "GRANT of a role",
  CreateSubscriptionStmt: "CREATE SUBSCRIPTION",
  AlterSubscriptionStmt: "ALTER SUBSCRIPTION",
  DropSubscriptionStmt: "DROP SUBSCRIPTION",
};

/**
 * What a statement changes outside the database it runs in, in SQL's own words; null when nothing.
 * A shadow on the same server must leave these out: its own rollback does not undo all of them.
 */
export function effectBeyondDatabase(tree: Node): string | null {
  if ("CopyStmt" in tree && tree.CopyStmt.filename && !tree.CopyStmt.is_from)
    return "COPY TO a file of the server";
  if ("RenameStmt" in tree) {
    const type = tree.RenameStmt.renameType;
    if (type === "OBJECT_DATABASE" || type === "OBJECT_ROLE" || type === "OBJECT_TABLESPACE")
      return `RENAME of a ${type.slice(7).toLowerCase()}`;
  }
  if ("AlterOwnerStmt" in tree) {
    const type = tree.AlterOwnerStmt.objectType;
    if (type === "OBJECT_DATABASE" || type === "OBJECT_TABLESPACE")
      return `OWNER TO of a ${type.slice(7).toLowerCase()}`;
  }
  return SHARED[nodeName(tree)] ?? null;
}
