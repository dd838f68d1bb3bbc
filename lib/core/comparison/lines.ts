import type { Difference } from "../diff/compare";
import { describeChanges, type SchemaChange } from "../diff/describe";
import { columnWith } from "../schema/kinds/default";
import type { Fact, FactId, Snapshot } from "../schema/types";

/** A line of a comparison with the facts that it stands for: a new table with its columns is one line. */
export interface ComparedLine extends SchemaChange {
  /** Stable between two comparisons of the same databases. */
  id: string;
  facts: FactId[];
  /** Lines without which this one cannot be made, at any distance. */
  needs: string[];
}

/** Differences as lines for people, each with what it drags along. */
export function compareLines(
  differences: readonly Difference[],
  from: Snapshot,
  to: Snapshot,
): ComparedLine[] {
  const groups = groupDifferences(differences);
  const groupOf = new Map<FactId, string>();
  for (const [root, members] of groups) for (const one of members) groupOf.set(one.id, root);
  const edges = edgesBetween(differences, groupOf, from, to);
  const lines: ComparedLine[] = [];
  for (const [root, members] of groups) {
    const [line] = describeChanges(members, from, to);
    if (!line) continue;
    lines.push({
      ...line,
      id: root,
      facts: members.map((one) => one.id),
      needs: reachable(root, edges),
    });
  }
  return lines.sort((a, b) => (orderOf(a) < orderOf(b) ? -1 : 1));
}

function orderOf(line: SchemaChange): string {
  return `${line.relation ?? line.name}\u0000${line.relation === null ? 0 : 1}\u0000${line.name}\u0000${line.kind}`;
}

/** Parts of what is added or removed as a whole are told with it; so is the default of a new column. */
function groupDifferences(differences: readonly Difference[]): Map<string, Difference[]> {
  const whole = new Map(
    differences.filter((one) => one.change !== "changed").map((one) => [one.id, one.change]),
  );
  const facts = new Map(differences.map((one) => [one.id, (one.to ?? one.from) as Fact]));
  const rootOf = (difference: Difference): FactId => {
    let id = difference.id;
    for (;;) {
      const fact = facts.get(id);
      const above = fact ? wholeAbove(fact, difference.change, whole) : null;
      if (above === null) return id;
      id = above;
    }
  };
  const groups = new Map<string, Difference[]>();
  for (const difference of differences) {
    const root = rootOf(difference);
    const known = groups.get(root);
    if (known) known.push(difference);
    else groups.set(root, [difference]);
  }
  return groups;
}

function wholeAbove(
  fact: Fact,
  change: Difference["change"],
  whole: Map<FactId, Difference["change"]>,
): FactId | null {
  if (change === "changed") return null;
  if (fact.parent !== null && whole.get(fact.parent) === change) return fact.parent;
  if (fact.kind !== "default") return null;
  const column = columnWith(fact);
  return whole.get(column) === change ? column : null;
}

type Edges = Map<string, Set<string>>;

function edgesBetween(
  differences: readonly Difference[],
  groupOf: Map<FactId, string>,
  from: Snapshot,
  to: Snapshot,
): Edges {
  const edges: Edges = new Map();
  const byId = new Map(differences.map((one) => [one.id, one]));
  const connect = (a: FactId, b: FactId) => {
    const [left, right] = [groupOf.get(a), groupOf.get(b)];
    if (left === undefined || right === undefined || left === right) return;
    const known = edges.get(left);
    if (known) known.add(right);
    else edges.set(left, new Set([right]));
  };
  const matters = (id: FactId) => {
    const other = byId.get(id);
    return other !== undefined && (other.change !== "changed" || other.parts.includes("body"));
  };
  const users = dependantsAmong(byId, from);
  const takenNames = removedNames(differences);
  for (const { id, change, parts } of differences) {
    if (change === "removed") {
      for (const user of users.get(id) ?? []) connect(id, user);
      continue;
    }
    if (change === "changed" && !parts.includes("body")) continue;
    const fact = to.facts.get(id);
    if (!fact) continue;
    for (const dep of fact.deps) if (matters(dep)) connect(id, dep);
    if (fact.parent !== null && byId.get(fact.parent)?.change === "added") connect(id, fact.parent);
    const taken = change === "added" && fact.parent === null ? takenNames.get(fact.name) : undefined;
    for (const removed of taken ?? []) connect(id, removed);
  }
  return edges;
}

/** What differs and uses a fact in the old state: it goes, or is changed, before the fact can go. */
function dependantsAmong(byId: Map<FactId, Difference>, from: Snapshot): Map<FactId, FactId[]> {
  const users = new Map<FactId, FactId[]>();
  for (const id of byId.keys()) {
    const fact = from.facts.get(id);
    for (const dep of fact?.deps ?? []) {
      const known = users.get(dep);
      if (known) known.push(id);
      else users.set(dep, [id]);
    }
  }
  return users;
}

/** A view that takes the place of a table of the same name needs the table gone. */
function removedNames(differences: readonly Difference[]): Map<string, FactId[]> {
  const found = new Map<string, FactId[]>();
  for (const { id, change, from } of differences) {
    if (change !== "removed" || !from || from.parent !== null || from.schema === null) continue;
    found.set(from.name, [...(found.get(from.name) ?? []), id]);
  }
  return found;
}

function reachable(start: string, edges: Edges): string[] {
  const seen = new Set<string>();
  const open = [...(edges.get(start) ?? [])];
  while (open.length > 0) {
    const next = open.pop() as string;
    if (next === start || seen.has(next)) continue;
    seen.add(next);
    open.push(...(edges.get(next) ?? []));
  }
  return [...seen];
}

/** The differences of the ticked lines and of all that they need. */
export function selectDifferences(
  differences: readonly Difference[],
  lines: readonly ComparedLine[],
  ticked: readonly string[],
): Difference[] {
  const byId = new Map(lines.map((line) => [line.id, line]));
  const taken = new Set(ticked.flatMap((id) => [id, ...(byId.get(id)?.needs ?? [])]));
  const facts = new Set(lines.filter((line) => taken.has(line.id)).flatMap((line) => line.facts));
  return differences.filter((one) => facts.has(one.id));
}
