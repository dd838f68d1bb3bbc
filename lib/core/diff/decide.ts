import { kindOf } from "../schema/kinds/all";
import type { ColumnBody } from "../schema/kinds/column";
import { tableBody } from "../schema/kinds/table";
import { dependantsOf } from "../schema/lookups";
import type { Fact, FactId, Surroundings } from "../schema/types";
import type { Decided } from "./actions";
import type { Difference } from "./compare";
import { isRetype, retypeThrough } from "./retype";

/** What is created, dropped, altered and replaced, with everything that a replacement drags along. */
export function decide(differences: Difference[], around: Surroundings): Decided {
  const decided: Decided = { gone: new Set(), born: new Set(), altered: new Map(), differences: new Map() };
  const queue: FactId[] = [];
  const remove = (id: FactId) => {
    if (decided.gone.has(id)) return;
    decided.gone.add(id);
    if (around.to.facts.has(id)) decided.born.add(id);
    queue.push(id);
  };
  for (const difference of differences) {
    decided.differences.set(difference.id, difference);
    if (difference.change === "added") decided.born.add(difference.id);
    if (difference.change === "removed") remove(difference.id);
    if (difference.change === "changed") decideChange(difference, around, decided, remove);
  }
  while (queue.length > 0) {
    const id = queue.pop() as FactId;
    for (const child of around.from.children.get(id) ?? []) remove(child.id);
    // DROP TYPE takes the functions of a base type along.
    for (const routine of routinesOf(around.from.facts.get(id))) remove(routine);
    if (around.to.facts.has(id))
      for (const child of around.to.children.get(id) ?? []) decided.born.add(child.id);
    for (const dependant of dependantsOf(around.from, id)) {
      if (!decided.gone.has(dependant) && mustGoWith(dependant, id, around, decided)) remove(dependant);
    }
  }
  for (const id of decided.gone) decided.altered.delete(id);
  return decided;
}

/** The input, output … functions of a base type (the canonical one of a range), without which it is nothing. */
export function routinesOf(fact: Fact | undefined): FactId[] {
  return fact?.kind === "base_type" || fact?.kind === "range"
    ? ((fact.body.routines as FactId[] | undefined) ?? [])
    : [];
}

function decideChange(
  difference: Difference,
  around: Surroundings,
  decided: Decided,
  remove: (id: FactId) => void,
): void {
  const { from, to } = difference as { from: Fact; to: Fact };
  const change = difference.parts.includes("body") ? alterBody(from, to, around) : [];
  if (change === "replace") {
    remove(difference.id);
    return;
  }
  if (!decided.gone.has(difference.id)) decided.altered.set(difference.id, change);
  if (!isRetype(from, to)) return;
  for (const id of blockedByRetype(from, around)) remove(id);
  if (from.kind === "column" || from.kind === "composite") return;
  // A type that is swapped changes the type of each of its columns.
  for (const id of dependantsOf(around.from, from.id)) {
    const column = id.startsWith("column:") ? around.from.facts.get(id) : undefined;
    if (column) for (const other of blockedByRetype(column, around)) remove(other);
  }
}

function alterBody(from: Fact, to: Fact, around: Surroundings): string[] | "replace" {
  const definition = kindOf(to.kind);
  const change = definition.alter ? definition.alter(from, to, around) : "replace";
  if (change !== "replace") return change;
  // Types with columns that keep their rows are swapped under them instead of dropped.
  return retypeThrough(from, to, around) ?? "replace";
}

/** Tables and columns are never dragged along: rows are in them. What a column computes can be computed again. */
function keepsRows(fact: Fact): boolean {
  if (fact.kind === "table") return tableBody(fact).kind !== "f";
  if (fact.kind === "column") return (fact.body as unknown as ColumnBody).generated === "";
  return fact.kind === "sequence" || fact.kind === "schema";
}

function mustGoWith(dependant: FactId, gone: FactId, around: Surroundings, decided: Decided): boolean {
  const old = around.from.facts.get(dependant);
  const next = around.to.facts.get(dependant);
  if (!old || !next || keepsRows(old)) return false;
  return next.deps.includes(gone) || !decided.altered.has(dependant);
}

/** What PostgreSQL refuses to see while a column or attribute changes its type. */
const BLOCKS_RETYPE = new Set([
  "view",
  "materialized_view",
  "rule",
  "policy",
  "trigger",
  "function",
  "publication",
  "statistics",
  "default",
]);

function blockedByRetype(from: Fact, around: Surroundings): FactId[] {
  return dependantsOf(around.from, from.id).filter((id) => {
    const fact = around.from.facts.get(id);
    if (!fact) return false;
    if (BLOCKS_RETYPE.has(fact.kind)) return true;
    if (fact.kind === "column") return (fact.body as unknown as ColumnBody).generated !== "";
    if (fact.kind !== "constraint" && fact.kind !== "index") return false;
    // Constants of a type that is swapped would stay of the old one.
    if (from.kind !== "column" && from.kind !== "composite") return true;
    // Expressions over the column are kept as they are by PostgreSQL; ours may be spelled for the new type.
    return changesText(fact, around);
  });
}

function changesText(fact: Fact, around: Surroundings): boolean {
  const next = around.to.facts.get(fact.id);
  return next !== undefined && next.body.definition !== fact.body.definition;
}
