import { factsOfKind } from "../../schema/lookups";
import type { Fact, Snapshot } from "../../schema/types";
import type { Move } from "./facts";

/**
 * Indexes of partitions whose parent's index is known by name, and which have another name than wanted: of several
 * equal ones PostgreSQL chose the names by their order, and none can leave the parent that it belongs to.
 */
export function twinMoves(from: Snapshot, to: Snapshot): Move[] {
  const wanted = new Map<string, Fact>();
  for (const fact of factsOfKind(to, "index")) if (fact.body.attachedTo) wanted.set(placeOf(fact), fact);
  const moves: Move[] = [];
  for (const fact of factsOfKind(from, "index")) {
    const next = fact.body.attachedTo ? wanted.get(placeOf(fact)) : undefined;
    if (!next || next.id === fact.id || next.schema !== fact.schema) continue;
    if (!to.facts.has(fact.id) && !from.facts.has(next.id)) continue;
    moves.push({ kind: "index", from: fact.name, to: next.name, id: fact.id });
  }
  return moves;
}

function placeOf({ parent, body }: Fact): string {
  return `${parent} ${body.attachedTo}`;
}
