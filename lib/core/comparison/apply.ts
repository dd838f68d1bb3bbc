import type { Difference } from "../diff/compare";
import type { Fact, FactId, Snapshot } from "../schema/types";

/**
 * The state between two schemas in which only some of the differences are made: what a plan goes to when people tick
 * changes one by one, or leave noise out.
 * @param differences with the parts of a changed fact that are taken; what is not among them stays as in `from`
 */
export function applyDifferences(from: Snapshot, to: Snapshot, differences: readonly Difference[]): Snapshot {
  const facts = new Map<FactId, Fact>(from.facts);
  for (const one of differences) {
    if (one.change === "removed") facts.delete(one.id);
    else if (one.change === "added" && one.to) facts.set(one.id, one.to);
    else if (one.from && one.to) facts.set(one.id, blend(one.from, one.to, one.parts));
  }
  const children = new Map<FactId, Fact[]>();
  const order = partOrder(from, to);
  for (const fact of facts.values()) {
    if (fact.parent === null) continue;
    const known = children.get(fact.parent);
    if (known) known.push(fact);
    else children.set(fact.parent, [fact]);
  }
  for (const parts of children.values())
    parts.sort((a, b) => (order.get(a.id) ?? 0) - (order.get(b.id) ?? 0));
  return { ...to, currentRole: from.currentRole, version: from.version, facts, children };
}

function blend(from: Fact, to: Fact, parts: Difference["parts"]): Fact {
  const body = parts.includes("body") ? { body: to.body, deps: to.deps, parent: to.parent } : {};
  return {
    ...from,
    ...body,
    owner: parts.includes("owner") ? to.owner : from.owner,
    comment: parts.includes("comment") ? to.comment : from.comment,
    acl: parts.includes("acl") ? to.acl : from.acl,
  };
}

/** Columns are made in the order of the catalog, and those of `to` decide where both have them. */
function partOrder(from: Snapshot, to: Snapshot): Map<FactId, number> {
  const order = new Map<FactId, number>();
  for (const snapshot of [to, from]) {
    for (const parts of snapshot.children.values()) {
      for (const part of parts) if (!order.has(part.id)) order.set(part.id, order.size);
    }
  }
  return order;
}
