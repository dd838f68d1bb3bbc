import { withFacts } from "./map-role";
import type { Fact, Kind, Snapshot } from "./types";

/** Kinds that the role of a database could not read: nothing is known of them, so nothing may be planned for them. */
export function unreadKinds(...snapshots: Snapshot[]): Kind[] {
  const kinds = new Set(snapshots.flatMap(({ unreadable }) => unreadable.flatMap(({ kind }) => kind ?? [])));
  // A table could not be made without its columns.
  if (kinds.has("column")) kinds.add("table");
  return [...kinds];
}

/** The schema without some kinds of objects and what is part of them. */
export function withoutKinds(snapshot: Snapshot, kinds: readonly Kind[]): Snapshot {
  if (kinds.length === 0) return snapshot;
  const left = new Set<string>(kinds);
  const isOut = ({ kind, parent }: Fact): boolean => {
    if (left.has(kind)) return true;
    if (parent === null) return false;
    const above = snapshot.facts.get(parent);
    return above ? isOut(above) : left.has(parent.slice(0, parent.indexOf(":")));
  };
  return withFacts(snapshot, new Map([...snapshot.facts].filter(([, fact]) => !isOut(fact))));
}
