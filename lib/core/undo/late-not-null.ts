import { quoteName } from "../schema/sql-text";
import { type Node, parseTrees } from "../sql/parser";
import { relationSql } from "./losses";

/** A NOT NULL that a way back asks of a column. */
export interface LateNotNull {
  /** In quotes, whether it needs them or not. */
  column: string;
  /** Quoted; null: PostgreSQL chooses one. */
  name: string | null;
  /** Where it stands in the statement, UTF-16 offsets; all of it for SET NOT NULL. */
  from: number;
  to: number;
}

export interface LateNotNulls {
  /** As SQL: the table. */
  relation: string;
  found: LateNotNull[];
}

type Column = Extract<Node, { ColumnDef: unknown }>["ColumnDef"];

/**
 * The NOT NULLs of ADD COLUMN without a value for the rows that are there, and of a SET NOT NULL that is alone in its
 * statement. They hold only once a dropped column's values are back.
 * @throws Error when loadParser() was not awaited
 */
export function lateNotNulls(text: string): LateNotNulls | null {
  const read = parseTrees(text);
  const tree = "trees" in read ? read.trees[0] : undefined;
  if (!tree || !("AlterTableStmt" in tree)) return null;
  const { relation, cmds = [] } = tree.AlterTableStmt;
  const found = cmds.flatMap((node): LateNotNull[] => {
    if (!("AlterTableCmd" in node)) return [];
    const { subtype, name, def } = node.AlterTableCmd;
    if (subtype === "AT_SetNotNull" && cmds.length === 1)
      return [{ column: quoteName(name ?? ""), name: null, from: 0, to: text.length }];
    return subtype === "AT_AddColumn" && def && "ColumnDef" in def ? ofColumn(def.ColumnDef, text) : [];
  });
  return found.length > 0 ? { relation: relationSql(relation), found } : null;
}

const FILLS = new Set(["CONSTR_DEFAULT", "CONSTR_IDENTITY", "CONSTR_GENERATED", "CONSTR_PRIMARY"]);
const CLAUSE = /^(CONSTRAINT\s+("([^"]|"")*"|[^\s"]+)\s+)?NOT\s+NULL/i;

function ofColumn({ colname, constraints = [] }: Column, text: string): LateNotNull[] {
  const parts = constraints.flatMap((node) => ("Constraint" in node ? [node.Constraint] : []));
  if (parts.some(({ contype }) => FILLS.has(contype ?? ""))) return [];
  return parts.flatMap(({ contype, conname, location }) => {
    if (contype !== "CONSTR_NOTNULL") return [];
    // The parser counts bytes.
    const from = Buffer.from(text)
      .subarray(0, location ?? 0)
      .toString().length;
    const clause = CLAUSE.exec(text.slice(from))?.[0];
    if (clause === undefined) return [];
    const name = conname ? quoteName(conname) : null;
    return [{ column: quoteName(colname ?? ""), name, from, to: from + clause.length }];
  });
}
