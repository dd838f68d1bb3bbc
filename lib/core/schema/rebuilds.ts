import { isEqual } from "./equal";
import { collationKind } from "./kinds/collation";
import type { ColumnBody } from "./kinds/column";
import { compositeKind } from "./kinds/composite";
import { domainKind } from "./kinds/domain";
import { enumKind } from "./kinds/enum";
import { functionKind } from "./kinds/function";
import { operatorClassKind } from "./kinds/operator-class";
import { rangeKind } from "./kinds/range";
import { alterTable, columnsOf, tableBody } from "./kinds/table";
import { factsOfKind } from "./lookups";
import type { Fact, FactId, KindDefinition, Snapshot, Surroundings } from "./types";

/**
 * A table with rows that PostgreSQL cannot alter into what is wanted: it becomes partitioned or plain, is partitioned
 * otherwise, a column of its partition key takes another type or is hashed by another function, what its key calls is
 * made anew, or it cannot have its columns in the order that a typed table must have them in. It is set aside under
 * another name, made anew with its partitions and filled from the old one (docs: "Table Partitioning", ALTER TABLE
 * "Notes").
 */
export interface Rebuild {
  /** As they were: the table first, then its partitions at any depth. Dropped once the rows are copied. */
  old: Fact[];
  /** As they will be, parents before their partitions. */
  fresh: Fact[];
  /** What a key of it calls is made anew, for which it cannot wait: its rows wait in a copy. */
  copied: boolean;
}

export interface Rebuilds {
  all: Rebuild[];
  old: Map<FactId, Rebuild>;
  fresh: Map<FactId, Rebuild>;
  /** Of what is set aside: the name that it waits under, without schema. */
  names: Map<FactId, string>;
}

const TYPES = [enumKind, domainKind, compositeKind, rangeKind, collationKind];
/** What a partition key calls, and the types that those take. */
const CALLED = [functionKind, operatorClassKind, ...TYPES];
const known = new WeakMap<Surroundings, Rebuilds>();

/** What this change has to make anew around its rows; worked out once. */
export function rebuildsOf(around: Surroundings): Rebuilds {
  const found = known.get(around);
  if (found) return found;
  const rebuilds: Rebuilds = { all: [], old: new Map(), fresh: new Map(), names: new Map() };
  known.set(around, rebuilds);
  const roots = new Set<FactId>();
  for (const table of factsOfKind(around.from, "table"))
    if (mustBeRebuilt(table, around)) roots.add(rootOf(table, around));
  if (roots.size === 0) return rebuilds;
  const partitions = { from: partitionsOf(around.from), to: partitionsOf(around.to) };
  for (const root of [...roots].sort()) addRebuild(root, around, partitions, rebuilds);
  return rebuilds;
}

function mustBeRebuilt(was: Fact, { from, to }: Surroundings): boolean {
  const is = to.facts.get(was.id);
  if (!is || tableBody(was).kind === "f" || tableBody(is).kind === "f") return false;
  if (leavesTypesOrder(was, is, { from, to })) return true;
  if (tableBody(was).partitionKey === null && tableBody(is).partitionKey === null) return false;
  if (alterTable(was, is) === "replace" || keyIsMadeAnew(was, { from, to })) return true;
  if (hashFamilies(was, from).some((id) => hashOf(id, from) !== hashOf(id, to))) return true;
  return (tableBody(was).partitionColumns ?? []).some((name) => {
    const id = `column:${was.name}.${name}`;
    const [a, b] = [from.facts.get(id)?.body, to.facts.get(id)?.body] as (ColumnBody | undefined)[];
    if (!a || !b) return false;
    const deps = from.facts.get(id)?.deps ?? [];
    return (
      a.type !== b.type ||
      a.collation !== b.collation ||
      deps.some((dep) => isMadeAnew(dep, { from, to }) || isOtherKind(dep, { from, to }))
    );
  });
}

/** Of a table partitioned by hash, the families of people's own operator classes in its key. */
export function hashFamilies(table: Fact, { facts }: Snapshot): FactId[] {
  if (!tableBody(table).partitionKey?.startsWith("HASH")) return [];
  return table.deps
    .flatMap((id) => (id.startsWith("operator_class:") ? (facts.get(id)?.deps ?? []) : []))
    .filter((id) => id.startsWith("operator_family:"));
}

/** What its functions hash by: rows lie in the partitions that these said. */
function hashOf(family: FactId, { facts }: Snapshot): string {
  const items = (facts.get(family)?.body.items ?? []) as string[];
  return items.filter((item) => item.startsWith("FUNCTION 2 ")).join();
}

/** Columns of a typed table stand as in its type, and new ones only come last. */
function leavesTypesOrder(was: Fact, is: Fact, { from, to }: Surroundings): boolean {
  if (tableBody(is).ofType === null) return false;
  const [before, after] = [columnsOf(from, was.id), columnsOf(to, is.id)];
  const kept = before.filter(({ id }) => to.facts.has(id));
  return kept.some((column, i) => column.name !== after[i]?.name);
}

/** A type whose name another kind of type has afterwards. */
function isOtherKind(id: FactId, { from, to }: Surroundings): boolean {
  return !to.facts.has(id) && TYPES.some(({ kind }) => kind === from.facts.get(id)?.kind);
}

/**
 * Whether a function, operator class or collation of its partition key is dropped for another one of its name. A
 * column's own collation can be set aside.
 */
function keyIsMadeAnew(table: Fact, around: Surroundings): boolean {
  const { partitionKey, partitionColumns } = tableBody(table);
  if (partitionKey === null) return false;
  const own = (partitionColumns ?? []).flatMap(
    (name) => around.from.facts.get(`column:${table.name}.${name}`)?.deps ?? [],
  );
  return table.deps.some(
    (id) =>
      /^(function|operator_class|collation):/.test(id) && !own.includes(id) && isMadeAnew(id, around, CALLED),
  );
}

/** What cannot be altered, or is made of such a one. */
function isMadeAnew(
  id: FactId,
  around: Surroundings,
  kinds: readonly KindDefinition[] = TYPES,
  seen: Set<FactId> = new Set(),
): boolean {
  const [was, is] = [around.from.facts.get(id), around.to.facts.get(id)];
  const definition = kinds.find(({ kind }) => kind === was?.kind);
  if (!was || !is || !definition || seen.has(id)) return false;
  seen.add(id);
  const same = isEqual(was.body, is.body);
  const replaced = !same && (definition.alter?.(was, is, around) ?? "replace") === "replace";
  return replaced || was.deps.some((dep) => isMadeAnew(dep, around, kinds, seen));
}

/** The whole tree: a partition alone could not be taken out of one that foreign keys point to. */
function rootOf(table: Fact, { from, to }: Surroundings): FactId {
  const [was, is] = [from, to].map(({ facts }) => facts.get(table.id)?.body.partitionOf);
  const parent = was && was === is ? from.facts.get(`table:${was}`) : undefined;
  return parent ? rootOf(parent, { from, to }) : table.id;
}

function partitionsOf(snapshot: Snapshot): Map<string, Fact[]> {
  const partitions = new Map<string, Fact[]>();
  for (const table of factsOfKind(snapshot, "table")) {
    const parent = tableBody(table).partitionOf;
    if (parent !== null) partitions.set(parent, [...(partitions.get(parent) ?? []), table]);
  }
  return partitions;
}

function addRebuild(
  root: FactId,
  { from, to }: Surroundings,
  partitions: { from: Map<string, Fact[]>; to: Map<string, Fact[]> },
  rebuilds: Rebuilds,
): void {
  const fresh = treeOf(to.facts.get(root) as Fact, partitions.to, () => true);
  const members = new Set(fresh.map(({ id }) => id));
  // A partition that becomes a table of its own, or another's, keeps its rows.
  const goes = (table: Fact) => members.has(table.id) || !to.facts.has(table.id);
  const old = treeOf(from.facts.get(root) as Fact, partitions.from, goes);
  const rebuild = { old, fresh, copied: old.some((table) => keyIsMadeAnew(table, { from, to })) };
  rebuilds.all.push(rebuild);
  for (const table of rebuild.fresh) rebuilds.fresh.set(table.id, rebuild);
  for (const table of rebuild.old) {
    rebuilds.old.set(table.id, rebuild);
    rebuilds.names.set(table.id, `dbmigrator_old_${rebuilds.names.size + 1}`);
  }
}

function treeOf(root: Fact, partitions: Map<string, Fact[]>, belongs: (table: Fact) => boolean): Fact[] {
  const tree = [root];
  for (const table of tree) tree.push(...(partitions.get(table.name) ?? []).filter(belongs));
  return tree;
}

/** A part of a table that is set aside: what has a name of its own or needs what is dropped goes before its table. */
export function staysWithOldRows(part: Fact, around: Surroundings): boolean | null {
  const rebuild = part.parent === null ? undefined : rebuildsOf(around).old.get(part.parent);
  if (!rebuild) return null;
  if (part.kind === "trigger") return part.body.definition === null;
  const attached = Boolean(part.body.attachedTo) && part.parent !== rebuild.old[0]?.id;
  if (part.kind === "index") return attached;
  if (part.kind === "constraint") return part.body.type === "c" || attached;
  return !["policy", "rule", "statistics", "default"].includes(part.kind);
}
