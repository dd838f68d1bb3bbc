import { factsOfKind } from "../../schema/lookups";
import type { Snapshot } from "../../schema/types";
import { onlyIn } from "./similarity";
import type { RenameCandidate } from "./types";

/** Values of an enum: one goes, another comes in the same place between those that stay. */
export function valueCandidates(from: Snapshot, to: Snapshot): RenameCandidate[] {
  const found: RenameCandidate[] = [];
  for (const old of factsOfKind(from, "enum")) {
    const next = to.facts.get(old.id);
    if (!next) continue;
    const [a, b] = [old.body.labels as string[], next.body.labels as string[]];
    const places = new Map(b.flatMap((label, i) => (a.includes(label) ? [] : [[placeOf(b, i, a), label]])));
    a.forEach((label, i) => {
      const to = b.includes(label) ? undefined : places.get(placeOf(a, i, b));
      if (to === undefined) return;
      found.push({
        kind: "enum_value",
        from: `${old.name}.${label}`,
        to: `${next.name}.${to}`,
        reason: "same_place",
        why: "The new value stands where the old one stood.",
        similarity: a.length === b.length ? 0.9 : 0.7,
        silent: false,
      });
    });
  }
  return found;
}

/** Behind which value that stays, and how many steps behind it. */
function placeOf(labels: string[], index: number, other: string[]): string {
  let steps = 0;
  for (let i = index - 1; i >= 0; i--) {
    if (other.includes(labels[i] ?? "")) return `${steps} after ${labels[i]}`;
    steps++;
  }
  return `${steps} at the start`;
}

/** Sequences that belong to no column, with the same options: what they have given out would be lost. */
export function sequenceCandidates(from: Snapshot, to: Snapshot): RenameCandidate[] {
  const added = onlyIn(to, from, "sequence").filter((fact) => fact.body.ownedBy === null);
  return onlyIn(from, to, "sequence")
    .filter((old) => old.body.ownedBy === null)
    .flatMap((old) =>
      added
        .filter((next) => optionsOf(next.body) === optionsOf(old.body))
        .map(
          (next): RenameCandidate => ({
            kind: "sequence",
            from: old.name,
            to: next.name,
            reason: "same_structure",
            why: "Both count in the same way.",
            similarity: 0.8,
            silent: false,
          }),
        ),
    );
}

function optionsOf(body: Record<string, unknown>): string {
  return JSON.stringify({ ...body, ownedBy: undefined, position: undefined });
}
