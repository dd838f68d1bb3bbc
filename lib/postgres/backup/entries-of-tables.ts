import type { TableName } from "../../core/backup/types";
import { loadParser, type Node, parseTrees } from "../../core/sql/parser";
import type { RestoreEntry } from "./dump-entries";
import { keyOf } from "./inventory";

interface RangeVar {
  schemaname?: string;
  relname?: string;
}

const nameOf = (range: RangeVar): string =>
  keyOf({ schema: range.schemaname ?? "", name: range.relname ?? "" });

/**
 * The entries of a dump that make these tables: the table, the sequences that belong to it, its defaults, indexes,
 * constraints (also foreign keys of others to it), triggers, policies, comments and grants. Types and functions that
 * they use have to be there.
 */
export async function entriesOfTables(
  entries: readonly RestoreEntry[],
  tables: readonly TableName[],
): Promise<RestoreEntry[]> {
  await loadParser();
  const wanted = new Set(tables.map(keyOf));
  const parsed = entries.map((entry) => ({ entry, ...namesIn(entry.sql) }));
  for (const { owned } of parsed) if (owned && wanted.has(owned.table)) wanted.add(owned.sequence);
  const kept = parsed.filter(({ names }) => names.some((name) => wanted.has(name)));
  // A comment or a grant names its object in its heading only.
  const headings = new Set(tables.flatMap(({ schema, name }) => [`${schema}\0TABLE ${name}`]));
  const ofHeading = ({ entry }: { entry: RestoreEntry }) =>
    (entry.type === "ACL" || entry.type === "COMMENT") && headings.has(`${entry.schema}\0${entry.name}`);
  return parsed.filter((one) => kept.includes(one) || ofHeading(one)).map(({ entry }) => entry);
}

interface Names {
  /** Keys of the relations that the entry makes, changes or points at. */
  names: string[];
  owned: { sequence: string; table: string } | null;
}

function namesIn(sql: string): Names {
  const parsed = parseTrees(sql);
  if ("failure" in parsed) return { names: [], owned: null };
  const found: Names = { names: [], owned: null };
  for (const tree of parsed.trees) {
    found.names.push(...relationsOf(tree));
    found.owned ??= ownedBy(tree);
  }
  return found;
}

/** Of statements that belong to a table; a view that only reads it does not. */
function relationsOf(tree: Node): string[] {
  const body = Object.values(tree)[0] as {
    relation?: RangeVar;
    table?: RangeVar;
    sequence?: RangeVar;
    relations?: { RangeVar?: RangeVar }[];
    cmds?: { AlterTableCmd?: { def?: { Constraint?: { pktable?: RangeVar } } } }[];
  };
  if ("ViewStmt" in tree || "SelectStmt" in tree || "CreateTableAsStmt" in tree) return [];
  const ranges = [
    body.relation,
    body.table,
    body.sequence,
    ...(Array.isArray(body.relations) ? body.relations.map((one) => one.RangeVar) : []),
    ...(Array.isArray(body.cmds) ? body.cmds.map((one) => one.AlterTableCmd?.def?.Constraint?.pktable) : []),
  ];
  return ranges.flatMap((range) => (range?.relname ? [nameOf(range)] : []));
}

/** ALTER SEQUENCE … OWNED BY schema.table.column. */
function ownedBy(tree: Node): Names["owned"] {
  if (!("AlterSeqStmt" in tree)) return null;
  const { sequence, options = [] } = tree.AlterSeqStmt;
  for (const option of options) {
    if (!("DefElem" in option) || option.DefElem.defname !== "owned_by") continue;
    const list = option.DefElem.arg;
    if (!list || !("List" in list)) continue;
    const names = (list.List.items ?? []).map((item) => ("String" in item ? (item.String.sval ?? "") : ""));
    const [schema = "", name = ""] = names;
    if (names.length === 3 && sequence) return { sequence: nameOf(sequence), table: keyOf({ schema, name }) };
  }
  return null;
}
