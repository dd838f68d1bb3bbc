import { isKeptBelow } from "../schema/kinds/column";
import { columnWith, isOfSession } from "../schema/kinds/default";
import { isMoved } from "../schema/kinds/moved-column";
import { keptParents, tableBody } from "../schema/kinds/table";
import { dependantsOf } from "../schema/lookups";
import { rebuildsOf, staysWithOldRows } from "../schema/rebuilds";
import type { Fact, FactId, Snapshot, Surroundings } from "../schema/types";
import type { Planning } from "./actions";
import { routinesOf } from "./decide";

/** Parts go with the table, view or domain that is dropped; owned sequences with their column. */
export function goesByItself(fact: Fact, planning: Planning): boolean {
  const { decided, around } = planning;
  const stays = staysWithOldRows(fact, around);
  if (stays !== null) return stays;
  // What its check needs is dropped before the type that is set aside.
  if (fact.kind === "domain_constraint" && decided.swapped.has(fact.parent ?? "")) return false;
  // PostgreSQL refuses to drop what belongs to an extension.
  if (fact.kind === "extension_member") return false;
  if (fact.kind === "function") return goesWithBaseType(fact, planning);
  if (fact.kind === "sequence") {
    const owner = fact.body.ownedBy as string | null;
    if (owner === null || around.to.facts.has(fact.id)) return false;
    const table = `table:${owner.slice(0, owner.lastIndexOf("."))}`;
    if (!decided.gone.has(`column:${owner}`) && !decided.gone.has(table)) return false;
    // A table that is set aside would keep its name from an identity column of the new one.
    return !rebuildsOf(around).old.has(table) && !isUsedElsewhere(fact, around.from);
  }
  if (fact.kind === "constraint" && fact.body.attachedTo !== null && parentKeyGoes(fact, planning))
    return staysPartition(fact, around) || decided.gone.has(fact.parent ?? "");
  const indexOfParent = `index:${fact.body.attachedTo}`;
  const indexed = fact.kind === "index" || fact.kind === "constraint";
  if (indexed && decided.gone.has(indexOfParent) && staysPartition(fact, around)) return true;
  if (fact.kind !== "user_mapping" && fact.parent !== null && decided.gone.has(fact.parent)) {
    // A foreign key may tie tables that go together into a cycle: it is cut first.
    return !(fact.kind === "constraint" && fact.body.type === "f");
  }
  // A column that is the child's own too outlives the parent's, and so does each that the parent gives up alone.
  return (
    fact.kind === "column" &&
    fact.body.local !== true &&
    followsParent(fact, decided.gone, around) &&
    !leftAlone(fact, planning)
  );
}

function leftAlone(column: Fact, { decided, around }: Planning): boolean {
  return parentsThroughout(column.parent, around).some((parent) => {
    const above = around.from.facts.get(`column:${parent}.${column.name}`);
    return above !== undefined && decided.gone.has(above.id) && isKeptBelow(above, around);
  });
}

/** Whether something that is no part of its owner needs a sequence: DROP TABLE would be refused for it. */
export function isUsedElsewhere(sequence: Fact, snapshot: Snapshot): boolean {
  const owner = String(sequence.body.ownedBy);
  const table = `table:${owner.slice(0, owner.lastIndexOf("."))}`;
  return dependantsOf(snapshot, sequence.id).some(
    (id) => id !== table && snapshot.facts.get(id)?.parent !== table,
  );
}

function goesWithBaseType(fact: Fact, { decided, around }: Planning): boolean {
  return fact.deps.some((id) => {
    if (!id.startsWith("shell_type:")) return false;
    const name = id.slice("shell_type:".length);
    return [`base_type:${name}`, `range:${name}`].some(
      (type) => decided.gone.has(type) && routinesOf(around.from.facts.get(type)).includes(fact.id),
    );
  });
}

const goingIndexes = new WeakMap<Set<FactId>, Set<string>>();

/** The key of a partition goes with the key of its parent. */
function parentKeyGoes(fact: Fact, { decided, around }: Planning): boolean {
  let indexes = goingIndexes.get(decided.gone);
  if (!indexes) {
    indexes = new Set();
    for (const id of decided.gone) {
      const other = id.startsWith("constraint:") ? around.from.facts.get(id) : undefined;
      if (other) indexes.add(`${other.schema}.${other.body.index ?? other.name}`);
    }
    goingIndexes.set(decided.gone, indexes);
  }
  return indexes.has(String(fact.body.attachedTo));
}

function staysPartition(fact: Fact, around: Surroundings): boolean {
  return parentsThroughout(fact.parent, around).length > 0;
}

/** Columns come with their table. */
export function comesByItself(fact: Fact, planning: Planning): boolean {
  if (fact.kind !== "column") return false;
  if (fact.parent !== null && planning.decided.born.has(fact.parent)) return true;
  if (/^(view|materialized_view):/.test(fact.parent ?? "")) return true;
  if (isMoved(fact, planning.around)) return true;
  return fact.body.local !== true && followsParent(fact, planning.decided.born, planning.around);
}

/** A default that ADD COLUMN wrote already. */
export function isInlined(fact: Fact, planning: Planning): boolean {
  if (fact.kind !== "default" || !fact.parent?.startsWith("table:") || isOfSession(fact)) return false;
  const column = planning.around.to.facts.get(columnWith(fact));
  return column !== undefined && planning.decided.born.has(column.id) && !comesByItself(column, planning);
}

/**
 * Partitions and children get added, dropped and retyped columns from their parent.
 * @param those the facts that are born, gone or altered
 */
export function followsParent(
  column: Fact,
  those: { has(id: FactId): boolean },
  around: Surroundings,
): boolean {
  return parentsThroughout(column.parent, around).some((parent) =>
    those.has(`column:${parent}.${column.name}`),
  );
}

/**
 * Tables that a table belongs to during the whole plan: what it leaves is left before everything else, and what it
 * joins is joined after it (see late).
 */
export function parentsThroughout(id: FactId | null, around: Surroundings): string[] {
  const { from, to } = around;
  const [was, is] = [from.facts.get(id ?? ""), to.facts.get(id ?? "")];
  const table = is ?? was;
  if (table?.kind !== "table") return [];
  const { partitionOf, bound, inherits } = tableBody(table);
  const other = was?.kind === "table" ? tableBody(was) : tableBody(table);
  return [
    ...(partitionOf !== null && other.partitionOf === partitionOf && other.bound === bound
      ? [partitionOf]
      : []),
    ...(was?.kind === "table" && is?.kind === "table" ? keptParents(was, is, around) : inherits),
  ];
}
