import type { TableName } from "../../../core/backup/types";
import { loadParser, type Node, parseTrees } from "../../../core/sql/parser";
import { names, walkTree } from "../../../core/sql/tree";
import type { RestoreEntry } from "../dump-entries";
import { keyOf } from "../inventory";

interface RangeVar {
  schemaname?: string;
  relname?: string;
}

/** A foreign key as a dump makes it. */
export interface DumpedKey {
  name: string;
  table: TableName;
  columns: string[];
  references: TableName;
  referenced: string[];
}

export interface TableEntry {
  entry: RestoreEntry;
  key: DumpedKey | null;
  /** It attaches a partition, or an index of one, and whether both are made by these entries. */
  attaches: "new_to_new" | "other" | null;
  publication: string | null;
  /** The constraint that it is a comment on. */
  ofConstraint: string | null;
}

export const constraintKey = (table: TableName, name: string): string => `${keyOf(table)} ${name}`;

/** Kinds of objects that are named by their relation, or are one. */
const BY_RELATION = new Set(
  ["TABLE", "COLUMN", "TABCONSTRAINT", "TRIGGER", "POLICY", "RULE", "INDEX", "SEQUENCE"].map(
    (kind) => `OBJECT_${kind}`,
  ),
);
/** Constraints whose index has their name. */
const WITH_INDEX = new Set(["CONSTR_PRIMARY", "CONSTR_UNIQUE", "CONSTR_EXCLUSION"]);

const nameOf = ({ schemaname = "", relname = "" }: RangeVar): TableName => ({
  schema: schemaname,
  name: relname,
});

/**
 * The entries of a dump that make these tables: the table, the sequences that belong to it, its defaults, indexes,
 * statistics, constraints, triggers, policies, rules, comments and grants; also foreign keys of others to it and to
 * `referenced`. Types and functions that they use have to be there.
 */
export async function entriesOfTables(
  entries: readonly RestoreEntry[],
  tables: readonly TableName[],
  referenced: readonly TableName[] = [],
): Promise<TableEntry[]> {
  await loadParser();
  const parsed = entries.map((entry) => ({ entry, ...factsOf(entry.sql) }));
  const wanted = new Set(tables.map(keyOf));
  // What belongs to a table has names of its own, by which comments and grants know it.
  for (const { owned } of parsed)
    for (const { table, object } of owned) if (wanted.has(table)) wanted.add(object);
  const pointedAt = new Set([...wanted, ...referenced.map(keyOf)]);
  // A grant may name its object in its heading only.
  const headings = new Set(tables.map(({ schema, name }) => `${schema}\0TABLE ${name}`));
  const isPointing = ({ key }: Facts) => key !== null && pointedAt.has(keyOf(key.references));
  const pointing = new Set(
    parsed.filter(isPointing).flatMap(({ key }) => (key ? [constraintKey(key.table, key.name)] : [])),
  );
  const kept = parsed.filter(
    (one) =>
      one.names.some((name) => wanted.has(name)) ||
      isPointing(one) ||
      pointing.has(one.ofConstraint ?? "") ||
      (one.entry.type === "ACL" && headings.has(`${one.entry.schema}\0${one.entry.name}`)),
  );
  return kept.map(({ entry, key, attaches, publication, ofConstraint }) => {
    const isAmongNew = attaches && wanted.has(attaches.part) && wanted.has(attaches.to);
    const attaching = attaches && (isAmongNew ? ("new_to_new" as const) : ("other" as const));
    return { entry, key, attaches: attaching, publication, ofConstraint };
  });
}

/** Views of a dump that read these tables, also through other views, in the dump's order. */
export async function viewsOver(
  entries: readonly RestoreEntry[],
  tables: readonly TableName[],
): Promise<TableName[]> {
  await loadParser();
  const read = new Set(tables.map(keyOf));
  const found: TableName[] = [];
  for (const { type, sql } of entries) {
    if (type !== "VIEW" && type !== "MATERIALIZED VIEW") continue;
    const parsed = parseTrees(sql);
    if ("failure" in parsed) continue;
    for (const tree of parsed.trees) {
      const made =
        "ViewStmt" in tree
          ? tree.ViewStmt.view
          : "CreateTableAsStmt" in tree
            ? tree.CreateTableAsStmt.into?.rel
            : undefined;
      if (!made) continue;
      let isOver = false;
      walkTree(tree, (name, body) => {
        if (name === "RangeVar" && read.has(keyOf(nameOf(body)))) isOver = true;
        return !isOver;
      });
      if (!isOver) continue;
      read.add(keyOf(nameOf(made)));
      found.push(nameOf(made));
    }
  }
  return found;
}

interface Facts extends Omit<TableEntry, "entry" | "attaches"> {
  attaches: { part: string; to: string } | null;
  /** Keys of the relations that the entry makes or changes. */
  names: string[];
  owned: { object: string; table: string }[];
}

function factsOf(sql: string): Facts {
  const facts: Facts = {
    ...{ names: [], owned: [], key: null },
    ...{ attaches: null, publication: null, ofConstraint: null },
  };
  const parsed = parseTrees(sql);
  if ("failure" in parsed) return facts;
  for (const tree of parsed.trees) addFacts(facts, tree);
  return facts;
}

/** Of statements that belong to a table; a view that only reads it does not. */
function addFacts(facts: Facts, tree: Node): void {
  const ranges: (RangeVar | undefined)[] = [];
  const own = (object: string, table: RangeVar | undefined) => {
    if (table) facts.owned.push({ object, table: keyOf(nameOf(table)) });
  };
  if ("ViewStmt" in tree || "SelectStmt" in tree || "CreateTableAsStmt" in tree) return;
  if ("CommentStmt" in tree || "SecLabelStmt" in tree) {
    const { object, objtype = "" } = "CommentStmt" in tree ? tree.CommentStmt : tree.SecLabelStmt;
    const parts = object ? [object] : [];
    if (objtype === "OBJECT_STATISTIC_EXT") facts.names.push(statisticsKey(parts));
    else if (BY_RELATION.has(objtype)) facts.names.push(relationKey(parts));
    if (objtype === "OBJECT_TABCONSTRAINT") {
      const [schema = "", table = "", constraint = ""] = names(parts);
      facts.ofConstraint = constraintKey({ schema, name: table }, constraint);
    }
  } else if ("GrantStmt" in tree) {
    ranges.push(
      ...(tree.GrantStmt.objects ?? []).map((one) => ("RangeVar" in one ? one.RangeVar : undefined)),
    );
  } else if ("AlterPublicationStmt" in tree) {
    const { pubname, pubobjects = [] } = tree.AlterPublicationStmt;
    facts.publication = pubname ?? null;
    for (const one of pubobjects)
      if ("PublicationObjSpec" in one) ranges.push(one.PublicationObjSpec.pubtable?.relation);
  } else if ("AlterStatsStmt" in tree) {
    facts.names.push(statisticsKey(tree.AlterStatsStmt.defnames));
  } else if ("AlterTableStmt" in tree) {
    addAlteration(facts, tree.AlterTableStmt, own);
  } else {
    const body = Object.values(tree)[0] as Record<"relation" | "table" | "sequence", RangeVar | undefined>;
    ranges.push(body.relation, body.table, body.sequence);
  }
  if ("CreateStatsStmt" in tree) {
    const { defnames, relations = [] } = tree.CreateStatsStmt;
    const [relation] = relations.map((one) => ("RangeVar" in one ? one.RangeVar : undefined));
    ranges.push(relation);
    own(statisticsKey(defnames), relation);
  }
  if ("IndexStmt" in tree) {
    const { idxname = "", relation } = tree.IndexStmt;
    own(keyOf({ schema: relation?.schemaname ?? "", name: idxname }), relation);
  }
  if ("AlterSeqStmt" in tree) {
    const table = optionNames(tree.AlterSeqStmt.options, "owned_by").slice(0, -1);
    const [schemaname = "", relname = ""] = table;
    if (table.length === 2 && tree.AlterSeqStmt.sequence)
      own(keyOf(nameOf(tree.AlterSeqStmt.sequence)), { schemaname, relname });
  }
  for (const range of ranges) if (range?.relname) facts.names.push(keyOf(nameOf(range)));
}

type Alteration = Extract<Node, { AlterTableStmt: unknown }>["AlterTableStmt"];

function addAlteration(
  facts: Facts,
  { relation, cmds = [] }: Alteration,
  own: (object: string, table: RangeVar | undefined) => void,
): void {
  if (!relation) return;
  const table = nameOf(relation);
  facts.names.push(keyOf(table));
  for (const one of cmds) {
    const def = "AlterTableCmd" in one ? one.AlterTableCmd.def : undefined;
    if (def && "PartitionCmd" in def && def.PartitionCmd.name) {
      const part = keyOf(nameOf(def.PartitionCmd.name));
      facts.names.push(part);
      facts.attaches = { part, to: keyOf(table) };
    }
    if (!def || !("Constraint" in def)) continue;
    const { contype = "", conname = "", pktable, fk_attrs, pk_attrs, options } = def.Constraint;
    const [schema = "", name = ""] = optionNames(options, "sequence_name");
    if (name !== "") own(keyOf({ schema, name }), relation);
    if (WITH_INDEX.has(contype)) own(keyOf({ schema: table.schema, name: conname }), relation);
    if (!pktable) continue;
    const columns = { columns: names(fk_attrs), referenced: names(pk_attrs) };
    facts.key = { name: conname, table, references: nameOf(pktable), ...columns };
  }
}

function optionNames(options: readonly Node[] | undefined, wanted: string): string[] {
  for (const one of options ?? []) {
    if ("DefElem" in one && one.DefElem.defname === wanted && one.DefElem.arg)
      return names([one.DefElem.arg]);
  }
  return [];
}

function relationKey(parts: readonly Node[] | undefined): string {
  const [schema = "", name = ""] = names(parts);
  return keyOf({ schema, name });
}

/** Their names are not among those of relations. */
const statisticsKey = (parts: readonly Node[] | undefined): string => `statistics ${relationKey(parts)}`;
