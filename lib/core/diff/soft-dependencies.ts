import { factsOfKind } from "../schema/lookups";
import type { Fact, FactId, Kind, Snapshot } from "../schema/types";

const NAMED: readonly Kind[] = ["table", "view", "materialized_view", "function", "sequence"];
const index = new WeakMap<Snapshot, Map<string, FactId[]>>();

/**
 * Objects that the text of a function's body seems to name (docs: bodies given as strings leave no pg_depend
 * rows). A guess by identifiers; used for the order of statements only.
 */
export function softDependencies(fact: Fact, snapshot: Snapshot): FactId[] {
  if (fact.kind !== "function" || !fact.body.source) return [];
  const names = namesOf(snapshot);
  const found = new Set<FactId>();
  for (const [, word] of String(fact.body.source).matchAll(/("(?:[^"]|"")+"|[a-z_][a-z0-9_$]*)/gi)) {
    const name = word?.startsWith('"') ? word : word?.toLowerCase();
    for (const id of (name && names.get(name)) || []) if (id !== fact.id) found.add(id);
  }
  return [...found];
}

function namesOf(snapshot: Snapshot): Map<string, FactId[]> {
  const known = index.get(snapshot);
  if (known) return known;
  const names = new Map<string, FactId[]>();
  for (const fact of NAMED.flatMap((kind) => factsOfKind(snapshot, kind))) {
    if (fact.schema === null) continue;
    const name = fact.name.slice(fact.schema.length + 1).replace(/\(.*$/, "");
    const ids = names.get(name);
    if (ids) ids.push(fact.id);
    else names.set(name, [fact.id]);
  }
  index.set(snapshot, names);
  return names;
}
