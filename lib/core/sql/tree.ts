import type { Node } from "./parser";

/** The parser's name for a node: "AlterTableStmt". */
export function nodeName(tree: Node): string {
  return Object.keys(tree)[0] ?? "";
}

interface Named {
  catalogname?: string;
  schemaname?: string;
  relname?: string;
}

/** A relation as written: `orders`, `shop.orders`. */
export function relationName(range: Named | undefined): string {
  if (!range) return "";
  return range.schemaname ? `${range.schemaname}.${range.relname ?? ""}` : (range.relname ?? "");
}

/** Parts of a dotted name: a List, a String, a TypeName or an ObjectWithArgs. */
export function nameParts(node: Node | undefined): string[] {
  if (!node) return [];
  if ("String" in node) return [node.String.sval ?? ""];
  if ("List" in node) return (node.List.items ?? []).flatMap(nameParts);
  if ("TypeName" in node) return (node.TypeName.names ?? []).flatMap(nameParts);
  if ("ObjectWithArgs" in node) return (node.ObjectWithArgs.objname ?? []).flatMap(nameParts);
  if ("RangeVar" in node) return relationName(node.RangeVar).split(".");
  if ("RoleSpec" in node) return [node.RoleSpec.rolename ?? ""];
  return [];
}

/** Names of a list of String nodes: columns, parts of a type's name. */
export function names(nodes: readonly Node[] | undefined): string[] {
  return (nodes ?? []).flatMap(nameParts);
}

/** Calls `visit` for every node below and including `tree`; a `false` from it leaves that branch out. */
export function walkTree(
  tree: unknown,
  visit: (name: string, body: Record<string, unknown>) => boolean | undefined,
): void {
  const open: unknown[] = [tree];
  while (open.length > 0) {
    const value = open.pop();
    if (Array.isArray(value)) {
      for (let i = value.length - 1; i >= 0; i -= 1) open.push(value[i]);
      continue;
    }
    if (value === null || typeof value !== "object") continue;
    const entries = Object.entries(value);
    for (let i = entries.length - 1; i >= 0; i -= 1) {
      const [key, child] = entries[i] as [string, unknown];
      if (child === null || typeof child !== "object") continue;
      // Some fields hold their node without its name around it: `relation`, `typeName`, `into`.
      if (!Array.isArray(child) && visit(key, child as Record<string, unknown>) === false) continue;
      open.push(child);
    }
  }
}

/** Functions called anywhere in a statement, by their last name, in lower case. */
export function calledFunctions(tree: unknown): string[] {
  const found: string[] = [];
  walkTree(tree, (name, body) => {
    if (name === "FuncCall") found.push(names(body.funcname as Node[]).at(-1) ?? "");
    return undefined;
  });
  return found;
}

/** Functions called in a statement, with those of their arguments that are literals of text. */
export function calls(tree: unknown): { name: string; args: (string | null)[] }[] {
  const found: { name: string; args: (string | null)[] }[] = [];
  walkTree(tree, (name, body) => {
    if (name !== "FuncCall") return undefined;
    const args = ((body.args ?? []) as Node[]).map(literalText);
    found.push({ name: names(body.funcname as Node[]).at(-1) ?? "", args });
    return undefined;
  });
  return found;
}

function literalText(node: Node): string | null {
  if ("TypeCast" in node && node.TypeCast.arg) return literalText(node.TypeCast.arg);
  return "A_Const" in node ? (node.A_Const.sval?.sval ?? null) : null;
}
