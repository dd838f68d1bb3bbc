import { quoteName } from "../schema/sql-text";
import { type Node, parseTrees } from "../sql/parser";
import { relationSql } from "./losses";

/** How a statement of a way back can run where the rows that it is about are not all back yet. */
export interface PutOff {
  /** In its place; null: nothing. */
  now: string | null;
  /** When they are back. */
  later: string[];
}

const INTEGRITY = /^23/;
/** not_null_violation */
export const NULLS = "23502";

/**
 * Of a statement that PostgreSQL refuses for the rows that are there: constraints wait for the others, and a column
 * that must not be NULL comes without that at first.
 * @param text one statement
 * @param code SQLSTATE of the refusal
 * @param major of the server: NOT NULLs have names since 18
 * @returns null where it does more than that, or the rows are not why
 * @throws Error when loadParser() was not awaited
 */
export function putOff(text: string, code: string, major: number): PutOff | null {
  if (!INTEGRITY.test(code)) return null;
  const read = parseTrees(text);
  const tree = "trees" in read ? read.trees[0] : undefined;
  if (!tree) return null;
  const alter = "AlterTableStmt" in tree ? tree.AlterTableStmt : null;
  if (alter && hasOnly(alter, SETS_NOT_NULL)) return { now: lockOf(alter), later: [text] };
  if (constrainsOnly(tree)) return { now: null, later: [text] };
  return code === NULLS && alter ? withoutNotNull(alter, text, major) : null;
}

/** Statements that `putOff` may have an answer for. */
export const PUT_OFF_NODES: ReadonlySet<string> = new Set(["AlterTableStmt", "IndexStmt"]);
const SETS_NOT_NULL = new Set(["AT_SetNotNull"]);
const CONSTRAINTS = new Set(["AT_AddConstraint", "AT_SetNotNull", "AT_ValidateConstraint"]);

function constrainsOnly(tree: Node): boolean {
  if ("IndexStmt" in tree) return tree.IndexStmt.unique === true;
  return "AlterTableStmt" in tree && hasOnly(tree.AlterTableStmt, CONSTRAINTS);
}

type AlterTable = Extract<Node, { AlterTableStmt: unknown }>["AlterTableStmt"];

function hasOnly({ cmds = [] }: AlterTable, subtypes: ReadonlySet<string>): boolean {
  return cmds.every((node) => "AlterTableCmd" in node && subtypes.has(node.AlterTableCmd.subtype ?? ""));
}

/** Of what is put off: the lock comes in the script's order. */
function lockOf({ relation }: AlterTable): string {
  return `LOCK TABLE ${relation?.inh ? "" : "ONLY "}${relationSql(relation)} IN ACCESS EXCLUSIVE MODE`;
}

const CLAUSE = /^(CONSTRAINT\s+("([^"]|"")*"|[^\s"]+)\s+)?NOT\s+NULL/i;

function withoutNotNull({ relation, cmds = [] }: AlterTable, text: string, major: number): PutOff | null {
  const later: string[] = [];
  let now = text;
  for (const node of cmds) {
    const { def } = "AlterTableCmd" in node ? node.AlterTableCmd : {};
    const column = def && "ColumnDef" in def ? def.ColumnDef : undefined;
    for (const part of column?.constraints ?? []) {
      const { contype, conname, location } = "Constraint" in part ? part.Constraint : {};
      if (contype !== "CONSTR_NOTNULL") continue;
      // The parser counts bytes.
      const from = Buffer.from(text).subarray(0, location).toString().length;
      const clause = CLAUSE.exec(text.slice(from))?.[0];
      if (clause === undefined) return null;
      now = now.slice(0, from) + " ".repeat(clause.length) + now.slice(from + clause.length);
      const name = quoteName(column?.colname ?? "");
      const adds = conname && major >= 18;
      const what = adds
        ? `ADD CONSTRAINT ${quoteName(conname)} NOT NULL ${name}`
        : `ALTER COLUMN ${name} SET NOT NULL`;
      later.push(`ALTER TABLE ${relationSql(relation)} ${what}`);
    }
  }
  return later.length > 0 ? { now, later } : null;
}
