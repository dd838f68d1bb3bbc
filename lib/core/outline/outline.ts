import { softDependencies } from "../diff/soft-dependencies";
import type { Fact, FactId, Kind, Snapshot } from "../schema/types";

/** The folders of the tree, in its order. */
export const GROUPS = [
  "tables",
  "views",
  "materialized_views",
  "functions",
  "types",
  "sequences",
  "operators",
  "text_search",
  "collations",
  "extensions",
  "foreign_data",
  "publications",
  "event_triggers",
  "languages",
  "casts",
  "default_privileges",
] as const;
export type Group = (typeof GROUPS)[number];

const GROUP_OF: Partial<Record<Kind, Group>> = {
  table: "tables",
  view: "views",
  materialized_view: "materialized_views",
  function: "functions",
  aggregate: "functions",
  enum: "types",
  composite: "types",
  range: "types",
  domain: "types",
  sequence: "sequences",
  operator: "operators",
  operator_family: "operators",
  operator_class: "operators",
  ts_dictionary: "text_search",
  ts_configuration: "text_search",
  ts_template: "text_search",
  ts_parser: "text_search",
  collation: "collations",
  conversion: "collations",
  extension: "extensions",
  foreign_data_wrapper: "foreign_data",
  server: "foreign_data",
  publication: "publications",
  subscription: "publications",
  event_trigger: "event_triggers",
  language: "languages",
  access_method: "languages",
  cast: "casts",
  default_privileges: "default_privileges",
};

/** A folder of the tree: objects `first` to `first + count - 1`. */
export interface SchemaGroup {
  /** null: objects outside of schemas. */
  schema: string | null;
  group: Group;
  first: number;
  count: number;
}

/** An object that stands by itself, with its parts (columns, constraints, indexes …). */
export interface OutlineObject {
  fact: Fact;
  parts: Fact[];
  group: Group;
}

/** One object uses another. */
export interface OutlineEdge {
  /** Positions in `objects`. */
  from: number;
  to: number;
  /** `foreign_key`, `inherits`, `text` (named in the body of a function, which PostgreSQL does not track) or the kind of the part. */
  via: string;
  /** Name of the part that uses; empty: the object itself. */
  fromPart: string;
  /** Name of the part that is used; empty: the object itself. */
  toPart: string;
}

export interface Outline {
  objects: OutlineObject[];
  groups: SchemaGroup[];
  edges: OutlineEdge[];
}

/** A snapshot as the tree of the schema pages shows it: schemas, folders, objects in a fixed order, and who uses whom. */
export function outlineOf(snapshot: Snapshot): Outline {
  const objects = listObjects(snapshot);
  return { objects, groups: groupsOf(objects), edges: edgesOf(snapshot, objects) };
}

function listObjects(snapshot: Snapshot): OutlineObject[] {
  const objects: OutlineObject[] = [];
  for (const fact of snapshot.facts.values()) {
    const group = GROUP_OF[fact.kind];
    if (fact.parent !== null || group === undefined) continue;
    objects.push({ fact, parts: partsOf(snapshot, fact.id), group });
  }
  const rank = new Map(GROUPS.map((group, index) => [group, index]));
  const key = new Map(objects.map((object) => [object, bareName(object.fact)]));
  return objects.sort(
    (a, b) =>
      compareSchemas(a.fact.schema, b.fact.schema) ||
      (rank.get(a.group) ?? 0) - (rank.get(b.group) ?? 0) ||
      compareText(key.get(a) ?? "", key.get(b) ?? ""),
  );
}

/** Parts at any depth: a user mapping belongs to a server. */
function partsOf(snapshot: Snapshot, id: FactId): Fact[] {
  const own = snapshot.children.get(id) ?? [];
  return own.flatMap((part) => [part, ...partsOf(snapshot, part.id)]);
}

/** `public` first, what lies outside of schemas last. */
function compareSchemas(a: string | null, b: string | null): number {
  if (a === b) return 0;
  if (a === null) return 1;
  if (b === null) return -1;
  if (a === "public") return -1;
  return b === "public" ? 1 : compareText(a, b);
}

/** By code points: the same order wherever it is made. */
function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Without the schema, quoted where SQL wants it. */
export function bareName(fact: Pick<Fact, "name" | "schema">): string {
  return fact.schema !== null && fact.name.startsWith(`${fact.schema}.`)
    ? fact.name.slice(fact.schema.length + 1)
    : fact.name;
}

function groupsOf(objects: OutlineObject[]): SchemaGroup[] {
  const groups: SchemaGroup[] = [];
  for (const [index, { fact, group }] of objects.entries()) {
    const last = groups.at(-1);
    if (last && last.schema === fact.schema && last.group === group) last.count++;
    else groups.push({ schema: fact.schema, group, first: index, count: 1 });
  }
  return groups;
}

/** From pg_depend, and from names in the text of function bodies, which it does not know. */
function edgesOf(snapshot: Snapshot, objects: OutlineObject[]): OutlineEdge[] {
  const places = new Map<FactId, { at: number; part: string }>();
  for (const [at, { fact, parts }] of objects.entries()) {
    places.set(fact.id, { at, part: "" });
    for (const part of parts) places.set(part.id, { at, part: bareName(part) });
  }
  const edges = new Map<string, OutlineEdge>();
  const add = (fact: Fact, target: FactId, via: string) => {
    const from = places.get(fact.id);
    const to = places.get(target);
    if (!from || !to || from.at === to.at) return;
    const edge = { from: from.at, to: to.at, via, fromPart: from.part, toPart: to.part };
    const key = `${edge.from} ${edge.to} ${via} ${edge.fromPart}\u0000${edge.toPart}`;
    if (!edges.has(key)) edges.set(key, edge);
  };
  for (const { fact, parts } of objects) {
    for (const one of [fact, ...parts]) for (const dep of one.deps) add(one, dep, viaOf(one, dep));
    for (const dep of softDependencies(fact, snapshot)) {
      if (!fact.deps.includes(dep)) add(fact, dep, "text");
    }
  }
  return [...edges.values()].sort((a, b) => a.from - b.from || a.to - b.to);
}

function viaOf(fact: Fact, dep: FactId): string {
  if (fact.kind === "constraint" && fact.body.type === "f") return "foreign_key";
  if (fact.kind === "table" && dep.startsWith("table:")) return "inherits";
  return fact.kind;
}
