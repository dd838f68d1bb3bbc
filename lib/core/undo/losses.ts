import { quoteName } from "../schema/sql-text";
import { typeText } from "../sql/facts/knowledge";
import type { Node } from "../sql/parser";
import { nameParts, names, nodeName, relationName, walkTree } from "../sql/tree";
import { cutClauses, cutInsert, cutMerge, type RowClauses } from "./clauses";
import type { Call } from "./code";
import { partsOfWith } from "./writing-with";

/** What a statement takes away, and how the rows can be read before it does. Relations are quoted for SQL, columns as the catalog has them. */
export type Loss =
  | { kind: "drop_table"; relation: string; cascade: boolean }
  | { kind: "truncate"; relation: string; cascade: boolean; only: boolean }
  /** What hangs on an object goes with it: tables, and columns of other tables. */
  | { kind: "drop_cascade"; object: CascadingObject; name: string }
  | { kind: "drop_column"; relation: string; columns: string[] }
  | { kind: "change_type"; relation: string; changes: TypeChange[] }
  | ({
      kind: "update" | "delete";
      relation: string;
      only: boolean;
      alias: string | null;
      columns: string[];
      /** It is of a statement whose tag counts other rows as well: of the part that has this very object. `calls`: by what its condition is told. */
      part?: { of: "merge" | "writing_with"; calls: Call[] };
    } & RowClauses)
  | UpsertLoss
  /** It may take rows away in a way that cannot be foretold from its text. */
  | { kind: "uncovered"; reason: UncoveredReason; what: string };

/** INSERT … ON CONFLICT DO UPDATE: the rows that stand where it inserts. */
export interface UpsertLoss {
  kind: "upsert";
  relation: string;
  /** What it sets in them. */
  columns: string[];
  /** What it inserts into, as the catalog has them; null: the table's first ones. */
  inserts: string[] | null;
  /** How many columns the source has; null: only the server knows. */
  width: number | null;
  with: string | null;
  /** VALUES or SELECT. */
  source: string;
  /** The constraint that ON CONFLICT names, or its columns; null: it names expressions. */
  arbiter: { constraint: string } | { columns: string[] | null };
  calls: SourceCall[];
  /** Places of columns, from 0, for which VALUES say DEFAULT somewhere. */
  defaults: number[];
  text: string;
}

/** A function that the source of an INSERT calls. */
export interface SourceCall extends Call {
  /** Place of the column whose value alone it is part of, from 0; null: it may decide which rows there are. */
  column: number | null;
}

export type CascadingObject = "table" | "schema" | "type" | "collation" | "extension";

export interface TypeChange {
  column: string;
  /** As the script writes it. */
  type: string;
  /** A USING expression computes the values. */
  using: boolean;
}

export type RowLoss = Extract<Loss, { kind: "update" | "delete" }>;

export type UncoveredReason =
  | "merge"
  | "upsert"
  | "writing_with"
  | "cursor"
  /** LIMIT: which rows it means is not the same twice. */
  | "limit"
  | "code"
  | "attribute"
  | "owned"
  | "unreadable";

/**
 * The rows and values that a statement would lose, by its form alone; the catalog is asked before it runs.
 * @param tree the parser's tree of `text`; null when the statement was too large to keep one
 */
export function lossesOf(tree: Node | null, text: string): Loss[] {
  if (!tree) return uncovered(/^\s*(update|delete|merge)\b/i.test(text) ? "unreadable" : null, "");
  if ("DropStmt" in tree) return dropLosses(tree.DropStmt);
  if ("TruncateStmt" in tree) {
    const { relations, behavior } = tree.TruncateStmt;
    return (relations ?? []).flatMap((node) =>
      "RangeVar" in node
        ? [
            {
              ...{ kind: "truncate", relation: relationSql(node.RangeVar) },
              ...{ cascade: behavior === "DROP_CASCADE", only: node.RangeVar.inh !== true },
            },
          ]
        : [],
    );
  }
  if ("AlterTableStmt" in tree) return alterLosses(tree.AlterTableStmt);
  const written = writtenInWith(tree);
  if (written !== null) return withLosses(text, written);
  if ("UpdateStmt" in tree) return rowLosses("update", tree.UpdateStmt, text);
  if ("DeleteStmt" in tree) return rowLosses("delete", tree.DeleteStmt, text);
  if ("MergeStmt" in tree) return mergeLosses(tree.MergeStmt, text);
  if ("InsertStmt" in tree && tree.InsertStmt.onConflictClause?.action === "ONCONFLICT_UPDATE")
    return upsertLosses(tree.InsertStmt, text);
  if ("DoStmt" in tree || "CallStmt" in tree)
    return uncovered("code", nodeName(tree) === "DoStmt" ? "DO" : "CALL");
  if ("ExecuteStmt" in tree) return uncovered("code", "EXECUTE");
  if ("DropOwnedStmt" in tree) return uncovered("owned", "DROP OWNED");
  // A rule or a function only says what will be done one day.
  const runs = ["SelectStmt", "InsertStmt", "CreateTableAsStmt", "CopyStmt", "ExplainStmt"].includes(
    nodeName(tree),
  );
  if (runs && writes(tree) && !onlyExplains(tree))
    return uncovered("writing_with", WRITTEN_IN[nodeName(tree)] ?? "WITH");
  const called = calledCode(tree);
  return uncovered(called === null ? null : "code", called ?? "");
}

/** Whether a query in the statement's own WITH writes: what the statement itself writes to, or null: none does. */
function writtenInWith(tree: Node): string | null {
  const body = Object.values(tree)[0] as {
    withClause?: unknown;
    relation?: Parameters<typeof relationSql>[0];
  };
  const runs = ["SelectStmt", "InsertStmt", "UpdateStmt", "DeleteStmt", "MergeStmt"].includes(nodeName(tree));
  return runs && modifies(body.withClause) ? relationSql(body.relation) || "WITH" : null;
}

/** All of it or nothing: of what is not kept, nobody could say which of the changed rows it was. */
function withLosses(text: string, relation: string): Loss[] {
  const losses: Loss[] = [];
  for (const part of partsOfWith(text) ?? [null]) {
    const own = part && lossesOf(part.tree, part.text);
    if (!own || (own.length > 0 && part.readsOthers)) return uncovered("writing_with", relation);
    const mark = part && { of: "writing_with" as const, calls: callsIn(tellingOf(part.tree)) };
    for (const loss of own) {
      const isRows = (loss.kind === "update" || loss.kind === "delete") && !loss.part;
      losses.push(isRows ? { ...loss, part: mark } : loss);
    }
  }
  const open = losses.filter(({ kind }) => kind === "uncovered");
  return open.length > 0 ? open : losses;
}

/** By what an UPDATE or DELETE tells its rows. */
function tellingOf(tree: Node): unknown[] {
  if ("UpdateStmt" in tree) {
    const { withClause, fromClause, whereClause } = tree.UpdateStmt;
    return [withClause, fromClause, whereClause];
  }
  if (!("DeleteStmt" in tree)) return [];
  const { withClause, usingClause, whereClause } = tree.DeleteStmt;
  return [withClause, usingClause, whereClause];
}

function onlyExplains(tree: Node): boolean {
  if (!("ExplainStmt" in tree)) return false;
  const options = tree.ExplainStmt.options ?? [];
  return !options.some((option) => "DefElem" in option && option.DefElem.defname === "analyze");
}

const WRITTEN_IN: Record<string, string> = { CopyStmt: "COPY", ExplainStmt: "EXPLAIN" };

/** PostgreSQL's own that scripts call by themselves; what is not one of them may do anything. */
const BUILT_IN =
  /^(pg_|lo_|txid_|has_|to_|current|array_|jsonb?_|string_|regexp_|gen_random_|generate_s|set_?(val|config)$)|^(nextval|currval|lastval|now|version|format|concat|concat_ws|coalesce|length|upper|lower|max|min|count|sum|avg|md5|random|clock_timestamp|obj_description|col_description|round|date_trunc|exists)$/;

/** They take large objects away, or what is in them. */
const LOSES_LARGE_OBJECTS = /^(lo_unlink|lo_put|lo_truncate(64)?|lowrite)$/;

/** `SELECT clean_up();`: a function that is called for what it does. */
function calledCode(tree: Node): string | null {
  if (!("SelectStmt" in tree)) return null;
  let called: string | null = null;
  walkTree(tree.SelectStmt.targetList ?? [], (name, body) => {
    if (name !== "FuncCall") return undefined;
    const parts = names(body.funcname as Node[]);
    const [schema, own] = parts.length > 1 ? [parts.at(-2), parts.at(-1)] : [null, parts[0]];
    const theirs =
      schema === null ? !tree.SelectStmt.fromClause && !BUILT_IN.test(own ?? "") : schema !== "pg_catalog";
    if (theirs || LOSES_LARGE_OBJECTS.test(own ?? "")) called ??= `${parts.map(quoteName).join(".")}()`;
    return undefined;
  });
  return called;
}

/** What is called anywhere in a part of a statement. */
export function callsIn(tree: unknown): Call[] {
  const calls = new Map<string, Call>();
  walkTree(tree, (name, body) => {
    if (name !== "FuncCall") return undefined;
    const parts = names(body.funcname as Node[]);
    const call = { schema: parts.at(-2) ?? null, name: parts.at(-1) ?? "" };
    calls.set(JSON.stringify(call), call);
    return undefined;
  });
  return [...calls.values()];
}

export function uncovered(reason: UncoveredReason | null, what: string): Loss[] {
  return reason ? [{ kind: "uncovered", reason, what }] : [];
}

/** `schema.name`, both quoted where needed; the schema as the script wrote it. */
export function relationSql(range: { schemaname?: string; relname?: string } | undefined): string {
  return relationName(range) === ""
    ? ""
    : [range?.schemaname, range?.relname].flatMap((part) => (part ? [quoteName(part)] : [])).join(".");
}

type DropStmt = Extract<Node, { DropStmt: unknown }>["DropStmt"];

const CASCADING: Record<string, CascadingObject> = {
  OBJECT_SCHEMA: "schema",
  OBJECT_TYPE: "type",
  OBJECT_DOMAIN: "type",
  OBJECT_COLLATION: "collation",
  OBJECT_EXTENSION: "extension",
};

function dropLosses(drop: DropStmt): Loss[] {
  const cascade = drop.behavior === "DROP_CASCADE";
  const named = (drop.objects ?? []).map((object) => nameParts(object).map(quoteName).join("."));
  if (drop.removeType === "OBJECT_TABLE" || drop.removeType === "OBJECT_FOREIGN_TABLE")
    return drop.removeType === "OBJECT_TABLE"
      ? named.map((relation) => ({ kind: "drop_table", relation, cascade }))
      : [];
  const object = CASCADING[drop.removeType ?? ""];
  // What an extension brought goes with it in any case, tables that were filled since too.
  if (object && (cascade || object === "extension"))
    return named.map((name) => ({ kind: "drop_cascade", object, name }));
  return [];
}

type AlterTableStmt = Extract<Node, { AlterTableStmt: unknown }>["AlterTableStmt"];

function alterLosses(alter: AlterTableStmt): Loss[] {
  const relation = relationSql(alter.relation);
  if (alter.objtype === "OBJECT_TYPE" && relation) {
    const drops = (alter.cmds ?? []).some(
      (node) => "AlterTableCmd" in node && node.AlterTableCmd.subtype === "AT_DropColumn",
    );
    return uncovered(drops ? "attribute" : null, relation);
  }
  if (alter.objtype !== "OBJECT_TABLE" || !relation) return [];
  const dropped: string[] = [];
  const changes: TypeChange[] = [];
  for (const node of alter.cmds ?? []) {
    if (!("AlterTableCmd" in node)) continue;
    const { subtype, name, def } = node.AlterTableCmd;
    if (!name) continue;
    if (subtype === "AT_DropColumn") dropped.push(name);
    if (subtype !== "AT_AlterColumnType" || !def || !("ColumnDef" in def)) continue;
    const type = def.ColumnDef.typeName ? typeText(def.ColumnDef.typeName) : "";
    changes.push({ column: name, type, using: def.ColumnDef.raw_default !== undefined });
  }
  return [
    ...(dropped.length > 0 ? [{ kind: "drop_column" as const, relation, columns: dropped }] : []),
    ...(changes.length > 0 ? [{ kind: "change_type" as const, relation, changes }] : []),
  ];
}

interface RowStatement {
  relation?: { schemaname?: string; relname?: string; inh?: boolean; alias?: { aliasname?: string } };
  targetList?: Node[];
  whereClause?: Node;
  withClause?: unknown;
}

function rowLosses(kind: "update" | "delete", statement: RowStatement, text: string): Loss[] {
  const relation = relationSql(statement.relation);
  if (statement.whereClause && "CurrentOfExpr" in statement.whereClause) return uncovered("cursor", relation);
  if (limits(statement)) return uncovered("limit", relation);
  const clauses = cutClauses(text, kind);
  if (!clauses) return uncovered("unreadable", relation);
  const columns = columnsOf(statement.targetList);
  const alias = statement.relation?.alias?.aliasname;
  return [
    {
      ...{ kind, relation, columns: [...new Set(columns)], ...clauses },
      only: statement.relation?.inh !== true,
      alias: alias ? quoteName(alias) : null,
    },
  ];
}

type MergeStmt = Extract<Node, { MergeStmt: unknown }>["MergeStmt"];

const WHEN = { update: "CMD_UPDATE", delete: "CMD_DELETE" } as const;

/** Rows that are updated and rows that are deleted: of each, the first clause decides whose condition holds. */
function mergeLosses(merge: MergeStmt, text: string): Loss[] {
  const relation = relationSql(merge.relation);
  const clauses = (merge.mergeWhenClauses ?? []).flatMap((node) =>
    "MergeWhenClause" in node ? [node.MergeWhenClause] : [],
  );
  const changing = clauses.filter(
    ({ commandType }) => commandType === WHEN.update || commandType === WHEN.delete,
  );
  if (changing.length === 0) return [];
  if (limits(merge)) return uncovered("limit", relation);
  const cut = cutMerge(text);
  if (cut?.conditions.length !== clauses.length) return uncovered("merge", relation);
  const { source, on, conditions } = cut;
  const firstIs = (kind: keyof typeof WHEN, matched: boolean) => {
    const own = clauses.flatMap((clause, i) => {
      const isOwn = (clause.matchKind === "MERGE_WHEN_MATCHED") === matched;
      if (!isOwn || clause.matchKind === "MERGE_WHEN_NOT_MATCHED_BY_TARGET") return [];
      const condition = conditions[i] ?? null;
      return [
        `WHEN ${condition === null ? "true" : `(${condition}\n)`} THEN ${clause.commandType === WHEN[kind]}`,
      ];
    });
    return own.length === 0 ? "false" : `CASE ${own.join(" ")} ELSE false END`;
  };
  const alias = merge.relation?.alias?.aliasname;
  const calls = callsIn([
    ...[merge.withClause, merge.sourceRelation, merge.joinCondition],
    ...clauses.map(({ condition }) => condition),
  ]);
  const part = { of: "merge" as const, calls };
  return (["update", "delete"] as const).flatMap((kind) => {
    const own = changing.filter(({ commandType }) => commandType === WHEN[kind]);
    if (own.length === 0) return [];
    const matched = (also: string) => `EXISTS (SELECT FROM ${source}\nWHERE (${on}\n)${also})`;
    const where = [`${matched(` AND ${firstIs(kind, true)}`)}`];
    if (own.some(({ matchKind }) => matchKind === "MERGE_WHEN_NOT_MATCHED_BY_SOURCE"))
      where.push(`(NOT ${matched("")} AND ${firstIs(kind, false)})`);
    return [
      {
        ...{ kind, relation, columns: [...new Set(own.flatMap(({ targetList }) => columnsOf(targetList)))] },
        ...{ only: merge.relation?.inh !== true, alias: alias ? quoteName(alias) : null },
        ...{ with: cut.with, sources: null, where: where.join(" OR "), part },
      },
    ];
  });
}

const columnsOf = (targets: Node[] | undefined): string[] =>
  (targets ?? []).flatMap((node) =>
    "ResTarget" in node && node.ResTarget.name ? [node.ResTarget.name] : [],
  );

type InsertStmt = Extract<Node, { InsertStmt: unknown }>["InsertStmt"];

function upsertLosses(insert: InsertStmt, text: string): Loss[] {
  const relation = relationSql(insert.relation);
  const { selectStmt, onConflictClause, cols, withClause } = insert;
  const select = selectStmt && "SelectStmt" in selectStmt ? selectStmt.SelectStmt : null;
  if (limits(withClause) || limits(selectStmt)) return uncovered("limit", relation);
  const cut = cutInsert(text);
  const parts = (cols ?? []).some((node) => "ResTarget" in node && node.ResTarget.indirection);
  const { infer } = onConflictClause ?? {};
  if (!cut || !select || parts || !infer || insert.override === "OVERRIDING_USER_VALUE")
    return uncovered("upsert", relation);
  const elements = (infer.indexElems ?? []).map((node) =>
    "IndexElem" in node ? node.IndexElem.name : undefined,
  );
  const plain = elements.flatMap((name) => name ?? []);
  const rows = placesOf(select);
  const { valuesLists: _, targetList: __, ...rest } = select;
  const elsewhere = callsIn([withClause, rows ? rest : select]).map((call) => ({ ...call, column: null }));
  const placed = (rows ?? []).flatMap((row) =>
    row.flatMap((value, column) => callsIn([value]).map((call) => ({ ...call, column }))),
  );
  const defaults = (rows ?? []).flatMap((row) =>
    row.flatMap((value, column) => ("SetToDefault" in value ? [column] : [])),
  );
  return [
    {
      ...{ kind: "upsert", relation, columns: [...new Set(columnsOf(onConflictClause?.targetList))] },
      ...{ inserts: cols ? columnsOf(cols) : null, width: rows?.[0]?.length ?? null, ...cut },
      arbiter: infer.conname
        ? { constraint: infer.conname }
        : { columns: plain.length === elements.length ? plain : null },
      ...{ calls: [...elsewhere, ...placed], defaults: [...new Set(defaults)], text },
    },
  ];
}

/** The expressions of each row, column by column; null where the text does not tell which column is which. */
function placesOf(select: Extract<Node, { SelectStmt: unknown }>["SelectStmt"]): Node[][] | null {
  if (select.valuesLists)
    return select.valuesLists.map((row) => ("List" in row ? (row.List.items ?? []) : []));
  // What is grouped, sorted or told apart by a value is decided by it.
  if ((select.op ?? "SETOP_NONE") !== "SETOP_NONE" || select.distinctClause || select.groupClause)
    return null;
  const values = (select.targetList ?? []).map((node) =>
    "ResTarget" in node ? node.ResTarget.val : undefined,
  );
  const isStar = (value: Node) =>
    "ColumnRef" in value && (value.ColumnRef.fields ?? []).some((field) => "A_Star" in field);
  const known = values.flatMap((value) => (value && !isStar(value) ? [value] : []));
  return known.length === values.length ? [known] : null;
}

function limits(statement: unknown): boolean {
  let found = false;
  walkTree(statement, (name, body) => {
    if (name === "limitCount" || (name === "SelectStmt" && body.limitCount)) found = true;
    return undefined;
  });
  return found;
}

/** It would write twice if its rows were looked for by its own text. */
function modifies(clause: unknown): boolean {
  let found = false;
  walkTree(clause, (name) => {
    if (["InsertStmt", "UpdateStmt", "DeleteStmt", "MergeStmt"].includes(name)) found = true;
    return undefined;
  });
  return found;
}

function writes(clause: unknown): boolean {
  let found = false;
  walkTree(clause, (name, body) => {
    if (["UpdateStmt", "DeleteStmt", "MergeStmt"].includes(name)) found = true;
    if (name === "onConflictClause" && body.action === "ONCONFLICT_UPDATE") found = true;
    return undefined;
  });
  return found;
}
