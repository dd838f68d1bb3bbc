import type { WhyNotCode } from "../../core/run/types";
import type { Node } from "../../core/sql/parser";
import { nameParts } from "../../core/sql/tree";
import type { Statement } from "../../core/sql/types";

/** How a statement is tried on a scratch copy, whose role owns everything there and has no rights elsewhere. */
export type Treatment =
  | { how: "run" }
  /** Run with other words; `adapted` says which. */
  | { how: "adapt"; sql: string; adapted: string }
  | { how: "skip"; code: WhyNotCode; why: string }
  /** The administrator of the scratch server does it, in a session of its own. */
  | { how: "administrator"; extension: string };

const WHOLE_SERVER: Record<string, string> = {
  CreateRoleStmt: "roles belong to the whole server",
  AlterRoleStmt: "roles belong to the whole server",
  AlterRoleSetStmt: "roles belong to the whole server",
  DropRoleStmt: "roles belong to the whole server",
  GrantRoleStmt: "roles belong to the whole server",
  CreatedbStmt: "it is about another database",
  DropdbStmt: "it is about another database",
  AlterDatabaseStmt: "the scratch copy has another name",
  AlterDatabaseSetStmt: "the scratch copy has another name",
  AlterDatabaseRefreshCollStmt: "the scratch copy has another name",
  CreateTableSpaceStmt: "tablespaces belong to the whole server",
  DropTableSpaceStmt: "tablespaces belong to the whole server",
  AlterTableSpaceOptionsStmt: "tablespaces belong to the whole server",
  AlterTableMoveAllStmt: "tablespaces belong to the whole server",
  AlterSystemStmt: "it changes the whole server",
};

const OTHER_SERVERS = new Set([
  "CreateSubscriptionStmt",
  "AlterSubscriptionStmt",
  "DropSubscriptionStmt",
  "CreateUserMappingStmt",
  "AlterUserMappingStmt",
  "DropUserMappingStmt",
  "ImportForeignSchemaStmt",
]);

const SERVER_OBJECTS = new Set([
  "OBJECT_DATABASE",
  "OBJECT_ROLE",
  "OBJECT_TABLESPACE",
  "OBJECT_SUBSCRIPTION",
]);

/** Statements that more rights than the copy's owner has may be needed for. */
const NEEDS_RIGHTS = new Set([
  "CreateEventTrigStmt",
  "AlterEventTrigStmt",
  "CreatePublicationStmt",
  "AlterPublicationStmt",
  "CreateFunctionStmt",
  "AlterFunctionStmt",
  "CreateFdwStmt",
  "CreateForeignServerStmt",
  "CreatePLangStmt",
  "CreateCastStmt",
  "CreateTransformStmt",
  "CreateOpClassStmt",
  "CreateOpFamilyStmt",
  "DefineStmt",
  "CreateAmStmt",
  "DoStmt",
  "CallStmt",
  "SelectStmt",
  "GrantStmt",
  "AlterDefaultPrivilegesStmt",
  "CommentStmt",
  "VariableSetStmt",
  "LoadStmt",
  "CheckPointStmt",
  "ReassignOwnedStmt",
  "DropOwnedStmt",
]);

export const PGLZ_FOR_LZ4 = "COMPRESSION pglz: the copy's server knows no lz4";
/** Statements that may name a compression of values, and where. */
const COMPRESSES = new Set(["CreateStmt", "AlterTableStmt", "VariableSetStmt"]);
const LZ4 = /(\bcompression\s+|\bdefault_toast_compression\s*(?:=|to)\s*'?)"?lz4\b"?/gi;

/** Whether a refusal for missing rights says nothing about the target. */
export function mayNeedRights(statement: Statement): boolean {
  return NEEDS_RIGHTS.has(statement.node);
}

/**
 * PostgreSQL 18 refuses a change of the schema within a savepoint that follows ALTER DOMAIN … DROP CONSTRAINT ("cannot
 * start a subtransaction when there are unprocessed inval messages"), unless that one has its own.
 */
export function breaksSavepoints(statement: Statement): boolean {
  return statement.node === "AlterDomainStmt";
}

/** New files that hold the same rows, or none, by design. */
export function replacesFile(statement: Statement): boolean {
  return statement.node === "TruncateStmt" || statement.node === "AlterSeqStmt";
}

/**
 * @param tree the parser's tree of the statement; null when it is too large to keep one
 * @param lz4 whether the scratch server can compress with it
 */
export function treatmentOf(statement: Statement, tree: Node | null, lz4 = true): Treatment {
  const reason = WHOLE_SERVER[statement.node];
  if (reason) return { how: "skip", code: "whole_server", why: `Not tried: ${reason}.` };
  if (OTHER_SERVERS.has(statement.node)) {
    return { how: "skip", code: "other_servers", why: "Not tried: a scratch copy reaches no other server." };
  }
  if (!tree) return { how: "run" };
  const object = objectType(tree);
  if (object && SERVER_OBJECTS.has(object)) {
    return {
      how: "skip",
      code: "whole_server",
      why: "Not tried: it is about the whole server, not this database.",
    };
  }
  const extension = extensionOf(tree);
  if (extension) return { how: "administrator", extension };
  if (!lz4 && COMPRESSES.has(statement.node)) {
    const sql = statement.text.replace(LZ4, "$1pglz");
    if (sql !== statement.text) return { how: "adapt", sql, adapted: PGLZ_FOR_LZ4 };
  }
  return roleTreatment(statement, tree);
}

function roleTreatment(statement: Statement, tree: Node): Treatment {
  if ("VariableSetStmt" in tree && /^(role|session_authorization)$/.test(tree.VariableSetStmt.name ?? "")) {
    return { how: "skip", code: "role_rights", why: "Not tried: the scratch copy has one role only." };
  }
  if ("AlterDefaultPrivilegesStmt" in tree) {
    const forRole = (tree.AlterDefaultPrivilegesStmt.options ?? []).some(
      (node) => "DefElem" in node && node.DefElem.defname === "roles",
    );
    if (forRole)
      return { how: "skip", code: "role_rights", why: "Not tried: it is about what another role makes." };
  }
  if (changesOwner(tree)) {
    const sql = statement.text.replace(
      /\bOWNER\s+TO\s+(?:"(?:[^"]|"")+"|[\p{L}\p{N}_$]+)/giu,
      "OWNER TO CURRENT_USER",
    );
    if (sql !== statement.text)
      return { how: "adapt", sql, adapted: "OWNER TO CURRENT_USER: the copy has one owner" };
  }
  if ("CreateSchemaStmt" in tree && tree.CreateSchemaStmt.authrole) {
    return schemaTreatment(statement, tree.CreateSchemaStmt.schemaname);
  }
  return { how: "run" };
}

function schemaTreatment(statement: Statement, name: string | undefined): Treatment {
  const clause = /\bAUTHORIZATION\s+("(?:[^"]|"")+"|[\p{L}\p{N}_$]+)/iu;
  const role = clause.exec(statement.text)?.[1];
  if (!role) return { how: "run" };
  const sql = statement.text.replace(
    clause,
    name ? "AUTHORIZATION CURRENT_USER" : `${role} AUTHORIZATION CURRENT_USER`,
  );
  return { how: "adapt", sql, adapted: "AUTHORIZATION CURRENT_USER: the copy has one owner" };
}

function changesOwner(tree: Node): boolean {
  if ("AlterOwnerStmt" in tree) return true;
  if (!("AlterTableStmt" in tree)) return false;
  return (tree.AlterTableStmt.cmds ?? []).some(
    (node) => "AlterTableCmd" in node && node.AlterTableCmd.subtype === "AT_ChangeOwner",
  );
}

function objectType(tree: Node): string | undefined {
  if ("RenameStmt" in tree) return tree.RenameStmt.renameType;
  if ("AlterOwnerStmt" in tree) return tree.AlterOwnerStmt.objectType;
  if ("CommentStmt" in tree) return tree.CommentStmt.objtype;
  if ("SecLabelStmt" in tree) return tree.SecLabelStmt.objtype;
  if ("GrantStmt" in tree) return tree.GrantStmt.objtype;
  return undefined;
}

function extensionOf(tree: Node): string | null {
  if ("CreateExtensionStmt" in tree) return tree.CreateExtensionStmt.extname ?? null;
  if ("AlterExtensionStmt" in tree) return tree.AlterExtensionStmt.extname ?? null;
  if ("DropStmt" in tree && tree.DropStmt.removeType === "OBJECT_EXTENSION") {
    return (tree.DropStmt.objects ?? []).flatMap(nameParts).join(", ");
  }
  if ("CommentStmt" in tree && tree.CommentStmt.objtype === "OBJECT_EXTENSION") {
    return nameParts(tree.CommentStmt.object).join(".");
  }
  return null;
}
