import type { Node } from "../sql/parser";
import { names, nodeName, walkTree } from "../sql/tree";
import { relationSql } from "./losses";

/** A function as the statement calls it. */
export interface Call {
  schema: string | null;
  name: string;
}

/** By what a statement sets other code to work. */
export interface CodeOfStatement {
  /** What it inserts into, also inside WITH; quoted for SQL. */
  inserts: string[];
  calls: Call[];
}

/** A rule or a function only says what will be done one day. */
const RUNS = ["SelectStmt", "InsertStmt", "UpdateStmt", "DeleteStmt", "CreateTableAsStmt", "CopyStmt"];

/** @param tree null when the statement was too large to keep one, or is not to be asked: nothing */
export function codeOf(tree: Node | null): CodeOfStatement {
  const inserts = new Set<string>();
  const calls = new Map<string, Call>();
  if (!tree || !RUNS.includes(nodeName(tree))) return { inserts: [], calls: [] };
  if ("CopyStmt" in tree && tree.CopyStmt.is_from) inserts.add(relationSql(tree.CopyStmt.relation));
  walkTree(tree, (name, body) => {
    if (name === "InsertStmt") inserts.add(relationSql(body.relation as Parameters<typeof relationSql>[0]));
    if (name !== "FuncCall") return undefined;
    const parts = names(body.funcname as Node[]);
    const call = { schema: parts.at(-2) ?? null, name: parts.at(-1) ?? "" };
    if (call.schema !== "pg_catalog") calls.set(JSON.stringify(call), call);
    return undefined;
  });
  return { inserts: [...inserts], calls: [...calls.values()] };
}
