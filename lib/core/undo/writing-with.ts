import { type Node, parseTrees } from "../sql/parser";
import { nodeName, walkTree } from "../sql/tree";
import { wordsOf } from "./clauses";

/** One of the statements that run as one. */
export interface Part {
  tree: Node;
  /** With those of the queries in WITH before it that only read. */
  text: string;
  /** It reads what another part returns: only that one's run says what it finds. */
  readsOthers: boolean;
}

const WRITES = new Set(["InsertStmt", "UpdateStmt", "DeleteStmt", "MergeStmt"]);
const VERBS = new Set(["select", "values", "table", "insert", "update", "delete", "merge"]);

/**
 * Takes a statement with writing queries in WITH apart: all of them see the rows as they were before it
 * (documentation: "Data-Modifying Statements in WITH"), so each can be asked by itself what it would change.
 * @param text one statement that PostgreSQL's parser has read
 * @returns null when that is not certain: WITH RECURSIVE, and what is written in a way that cannot be cut
 * @throws Error when loadParser() was not awaited
 */
export function partsOfWith(text: string): Part[] | null {
  const [, body] = Object.entries(read(text) ?? {})[0] ?? [];
  const { ctes, recursive } = (body as Outer | undefined)?.withClause ?? {};
  if (!ctes || recursive) return null;
  const queries = ctes.flatMap((node) => ("CommonTableExpr" in node ? [node.CommonTableExpr] : []));
  // The parser counts bytes.
  const bytes = Buffer.from(text);
  const starts = queries.map(({ location = 0 }) => bytes.subarray(0, location).toString().length);
  const verb = wordAfter(text, starts.at(-1) ?? 0, VERBS);
  if (verb === null) return null;
  const parts: Part[] = [];
  const reading: string[] = [];
  const others = new Set<string>();
  for (const [i, { ctename = "", ctequery }] of queries.entries()) {
    const clause = text.slice(starts[i], starts[i + 1] ?? verb);
    const inside = ctequery && insideOf(clause, ctequery);
    if (!inside) return null;
    const writes = WRITES.has(nodeName(ctequery));
    const readsOthers = reads(ctequery, others);
    if (writes) {
      const part = partOf(reading, clause.slice(inside.start, inside.end), readsOthers);
      if (part === null) return null;
      parts.push(part);
    }
    if (writes || readsOthers) others.add(ctename);
    else reading.push(clause.slice(0, inside.end + 1));
  }
  const { withClause: _, ...rest } = body as Outer;
  const outer = partOf(reading, text.slice(verb), reads(rest, others));
  return outer === null ? null : [...parts, outer];
}

interface Outer {
  withClause?: { ctes?: Node[]; recursive?: boolean };
}

function read(text: string): Node | null {
  const result = parseTrees(text);
  return "trees" in result && result.trees.length === 1 ? (result.trees[0] ?? null) : null;
}

function partOf(reading: readonly string[], own: string, readsOthers: boolean): Part | null {
  const text = reading.length > 0 ? `WITH ${reading.join(", ")}\n${own}` : own.trim();
  const tree = read(text);
  return tree && { tree, text, readsOthers };
}

/**
 * Where the query stands in `name (columns) AS MATERIALIZED ( … ), -- next`: what is in parentheses there, or in a
 * comment, is another text than the parser has read.
 */
function insideOf(clause: string, query: Node): { start: number; end: number } | null {
  const as = wordAfter(clause, 0, new Set(["as"]));
  const start = as === null ? 0 : clause.indexOf("(", as) + 1;
  if (start === 0) return null;
  const wanted = shapeOf(query);
  for (let end = clause.lastIndexOf(")"); end >= start; end = clause.lastIndexOf(")", end - 1)) {
    const found = read(clause.slice(start, end));
    if (found && shapeOf(found) === wanted) return { start, end };
  }
  return null;
}

/** The tree without the places in the text. */
const shapeOf = (tree: Node): string =>
  JSON.stringify(tree, (key, value) => (/location$/.test(key) ? undefined : value));

/** Where the first of these words stands outside of parentheses; null: nowhere. */
function wordAfter(text: string, from: number, wanted: ReadonlySet<string>): number | null {
  const found = wordsOf(text.slice(from)).find(({ word }) => wanted.has(word));
  return found ? from + found.start : null;
}

/** What a statement writes to is no RangeVar by that name in the tree. */
function reads(tree: unknown, names: ReadonlySet<string>): boolean {
  let found = false;
  walkTree(tree, (name, body) => {
    if (name === "RangeVar" && !body.schemaname && names.has(String(body.relname))) found = true;
    return undefined;
  });
  return found;
}
