import type { Node } from "../../sql/parser";
import { names, walkTree } from "../../sql/tree";
import type { Rule, RuleInput } from "../rule";

/** Column definitions of CREATE TABLE, ADD COLUMN and ALTER COLUMN TYPE. */
function columnsOf({ tree }: RuleInput): { column: string; type: string; isArray: boolean }[] {
  if (!("CreateStmt" in tree) && !("AlterTableStmt" in tree) && !("CreateForeignTableStmt" in tree))
    return [];
  const commands = "AlterTableStmt" in tree ? (tree.AlterTableStmt.cmds ?? []) : [];
  const renamed = new Map<unknown, string>();
  for (const node of commands) {
    if ("AlterTableCmd" in node && node.AlterTableCmd.def && "ColumnDef" in node.AlterTableCmd.def) {
      renamed.set(node.AlterTableCmd.def.ColumnDef, node.AlterTableCmd.name ?? "");
    }
  }
  const found: { column: string; type: string; isArray: boolean }[] = [];
  walkTree(tree, (name, body) => {
    if (name !== "ColumnDef") return undefined;
    const type = body.typeName as { names?: Node[]; arrayBounds?: Node[] } | undefined;
    const column = (body.colname as string | undefined) ?? renamed.get(body) ?? "";
    found.push({
      column,
      type: names(type?.names).at(-1) ?? "",
      isArray: (type?.arrayBounds?.length ?? 0) > 0,
    });
    return undefined;
  });
  return found;
}

export const charType: Rule = {
  code: "char-type",
  severity: "notice",
  effect: "none",
  title: "{column} is padded with blanks",
  message:
    "character(n) fills every value with blanks up to its length and ignores them in comparisons; changing its length later rewrites the table.",
  suggestion: "Use text, with a CHECK constraint where the length matters.",
  check: (input) =>
    columnsOf(input)
      .filter(({ type }) => type === "bpchar")
      .map(({ column }) => ({ params: { column } })),
};

export const timeWithoutZone: Rule = {
  code: "timestamp-without-time-zone",
  severity: "notice",
  effect: "none",
  title: "{column} does not know its time zone",
  message:
    "timestamp without time zone drops the offset of what is written: the same instant written from two places becomes two values.",
  suggestion: "Use timestamptz.",
  check: (input) =>
    columnsOf(input)
      .filter(({ type }) => type === "timestamp")
      .map(({ column }) => ({ params: { column } })),
};

const LIMIT = 63;

export const nameTooLong: Rule = {
  code: "name-too-long",
  severity: "warning",
  effect: "may_fail",
  title: "{name} is longer than 63 bytes",
  message:
    "PostgreSQL cuts the name off without an error; code that uses the full name in its own statements works, but catalogs show the short one, and two long names may become the same.",
  suggestion: "Choose a name of at most 63 bytes.",
  check: ({ statement, tree }) => {
    if (
      statement.text.length * 3 <= LIMIT ||
      "InsertStmt" in tree ||
      "SelectStmt" in tree ||
      "DoStmt" in tree
    )
      return [];
    const name = longName(statement.text);
    return name ? [{ params: { name } }] : [];
  },
};

const encoder = new TextEncoder();

/** The parser has cut names already, so they are looked up in the text, outside strings and comments. */
function longName(text: string): string | null {
  const bare = text.replace(/'(?:[^']|'')*'|--[^\n]*|\/\*[\s\S]*?\*\/|\$(\w*)\$[\s\S]*?\$\1\$/g, " ");
  for (const match of bare.matchAll(/"((?:[^"]|"")+)"|[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*/g)) {
    const name = match[1] ?? match[0];
    if (name.length * 3 > LIMIT && encoder.encode(name.replaceAll('""', '"')).length > LIMIT) return name;
  }
  return null;
}

export const duplicateColumn: Rule = {
  code: "duplicate-column",
  severity: "danger",
  effect: "may_fail",
  title: "{column} is named twice",
  message: "PostgreSQL refuses the statement: a column may be assigned or defined once only.",
  suggestion: "Take one of them out.",
  check: ({ tree }) => duplicatesOf(tree).map((column) => ({ params: { column } })),
};

function duplicatesOf(tree: Node): string[] {
  const lists: string[][] = [];
  walkTree(tree, (name, body) => {
    if (name === "UpdateStmt" || name === "onConflictClause" || name === "MergeWhenClause") {
      lists.push(assigned(body.targetList));
    }
    if (name === "InsertStmt") lists.push(assigned(body.cols));
    if (name === "CreateStmt" || name === "base") {
      const elements = (body.tableElts as Node[] | undefined) ?? [];
      lists.push(elements.flatMap((node) => ("ColumnDef" in node ? [node.ColumnDef.colname ?? ""] : [])));
    }
    if (name === "AlterTableStmt") lists.push(addedColumns(body.cmds as Node[] | undefined));
    return undefined;
  });
  lists.push(madeColumns(tree));
  return lists.flatMap((list) => [...new Set(list.filter((column, i) => list.indexOf(column) !== i))]);
}

/** Parts of a column (`a[1]`, `a.b`) may be assigned one by one, but not beside the whole. */
function assigned(list: unknown): string[] {
  const targets = ((list as Node[] | undefined) ?? []).flatMap((node) =>
    "ResTarget" in node ? [node.ResTarget] : [],
  );
  const names = targets.filter(({ indirection }) => !indirection?.length).map(({ name }) => name ?? "");
  const parts = targets.filter(({ indirection }) => indirection?.length).map(({ name }) => name ?? "");
  return [...names, ...new Set(parts.filter((name) => names.includes(name)))].filter((name) => name !== "");
}

/** Columns of a view or of CREATE TABLE AS, as far as they are named. */
function madeColumns(tree: Node): string[] {
  if ("ViewStmt" in tree && tree.ViewStmt.aliases?.length) return names(tree.ViewStmt.aliases);
  const query =
    "ViewStmt" in tree
      ? tree.ViewStmt.query
      : "CreateTableAsStmt" in tree
        ? tree.CreateTableAsStmt.query
        : tree;
  if (!query || !("SelectStmt" in query)) return [];
  if (query === tree && !query.SelectStmt.intoClause) return [];
  return (query.SelectStmt.targetList ?? []).flatMap((node) =>
    "ResTarget" in node && node.ResTarget.name ? [node.ResTarget.name] : [],
  );
}

function addedColumns(commands: readonly Node[] | undefined): string[] {
  return (commands ?? []).flatMap((node) => {
    const command = "AlterTableCmd" in node ? node.AlterTableCmd : undefined;
    const def = command?.def;
    return command?.subtype === "AT_AddColumn" && !command.missing_ok && def && "ColumnDef" in def
      ? [def.ColumnDef.colname ?? ""]
      : [];
  });
}
