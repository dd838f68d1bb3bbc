import type { Node } from "./parser";

type Key = "DeleteStmt" | "UpdateStmt";
type Body<K extends Key> = Extract<Node, Record<K, unknown>>[K];

interface WithClause {
  withClause?: { ctes?: Node[] };
}

/** Statements in which PostgreSQL lets a WITH change rows. */
const CARRIERS = new Set(["SelectStmt", "InsertStmt", "UpdateStmt", "DeleteStmt", "MergeStmt"]);

/** The statement itself and those in its WITH, as far as they are of this kind. */
export function statementsWithin<K extends Key>(tree: Node, kind: K): Body<K>[] {
  const [name = ""] = Object.keys(tree);
  if (!CARRIERS.has(name)) return [];
  const body = (tree as unknown as Record<string, WithClause>)[name];
  const within = (body?.withClause?.ctes ?? []).flatMap((cte) =>
    "CommonTableExpr" in cte && cte.CommonTableExpr.ctequery
      ? statementsWithin(cte.CommonTableExpr.ctequery, kind)
      : [],
  );
  return name === kind ? [...within, body as Body<K>] : within;
}

/** Whether a WHERE leaves nothing out: there is none, or it is `true`, `1 = 1` and the like. */
export function keepsAllRows(where: Node | undefined): boolean {
  if (!where) return true;
  if ("A_Const" in where) return where.A_Const.boolval?.boolval === true;
  if (!("A_Expr" in where) || where.A_Expr.kind !== "AEXPR_OP") return false;
  const { name, lexpr, rexpr } = where.A_Expr;
  const [operator] = name ?? [];
  if (!operator || !("String" in operator) || operator.String.sval !== "=") return false;
  return constantOf(lexpr) !== null && constantOf(lexpr) === constantOf(rexpr);
}

function constantOf(node: Node | undefined): string | null {
  if (!node || !("A_Const" in node) || node.A_Const.isnull) return null;
  const { location: _, ...value } = node.A_Const;
  return JSON.stringify(value);
}
