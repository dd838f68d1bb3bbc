import type { Fact, FactId, Kind, Snapshot } from "./types";

/** Views of a snapshot that several readers need: made once for each, and gone with it. */
interface Lookups {
  kinds?: Map<Kind, Fact[]>;
  dependants?: Map<FactId, FactId[]>;
  missing?: WeakMap<Snapshot, Fact[]>;
}
const known = new WeakMap<Snapshot, Lookups>();
const NONE: readonly never[] = [];

function lookupsOf(snapshot: Snapshot): Lookups {
  const lookups = known.get(snapshot) ?? {};
  known.set(snapshot, lookups);
  return lookups;
}

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const values = map.get(key);
  if (values) values.push(value);
  else map.set(key, [value]);
}

export function factsOfKind(snapshot: Snapshot, kind: Kind): readonly Fact[] {
  const lookups = lookupsOf(snapshot);
  if (!lookups.kinds) {
    lookups.kinds = new Map();
    for (const fact of snapshot.facts.values()) push(lookups.kinds, fact.kind, fact);
  }
  return lookups.kinds.get(kind) ?? NONE;
}

/** Facts that need this one, by pg_depend. */
export function dependantsOf(snapshot: Snapshot, id: FactId): readonly FactId[] {
  const lookups = lookupsOf(snapshot);
  if (!lookups.dependants) {
    lookups.dependants = new Map();
    for (const fact of snapshot.facts.values())
      for (const dep of fact.deps) push(lookups.dependants, dep, fact.id);
  }
  return lookups.dependants.get(id) ?? NONE;
}

/** Facts of one snapshot that the other lacks. */
export function factsMissingIn(other: Snapshot, mine: Snapshot): readonly Fact[] {
  const lookups = lookupsOf(mine);
  lookups.missing ??= new WeakMap();
  const found = lookups.missing.get(other);
  if (found) return found;
  const missing: Fact[] = [];
  for (const fact of mine.facts.values()) if (!other.facts.has(fact.id)) missing.push(fact);
  lookups.missing.set(other, missing);
  return missing;
}

/** `public.orders` of `table:public.orders`. */
export function nameOfId(id: FactId): string {
  return id.slice(id.indexOf(":") + 1);
}
