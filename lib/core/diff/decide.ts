import { kindOf } from "../schema/kinds/all";
import type { ColumnBody } from "../schema/kinds/column";
import { isWithinStored } from "../schema/kinds/domain";
import { columnsBelow } from "../schema/kinds/not-null-below";
import { tableBody } from "../schema/kinds/table";
import { dependantsOf, nameOfId } from "../schema/lookups";
import { rebuildsOf } from "../schema/rebuilds";
import type { Fact, FactId, Kind, Surroundings } from "../schema/types";
import type { Decided } from "./actions";
import { followsParent, parentsThroughout } from "./by-itself";
import type { Difference } from "./compare";
import { heldRowsOf } from "./held-rows";
import { partitionMoves } from "./partition-moves";
import { isRetype, SWAPPED_KINDS } from "./retype";
import { bareRoutine } from "./same-name";
import { successorOf, swapsOf } from "./swap-types";

/** What is created, dropped, altered and replaced, with everything that a replacement drags along. */
export function decide(differences: Difference[], around: Surroundings): Decided {
  const decided: Decided = {
    gone: new Set(),
    born: new Set(),
    altered: new Map(),
    differences: new Map(),
    swapped: new Map(),
    opened: new Map(),
    held: { columns: [], views: new Map(), types: new Set() },
  };
  const queue: FactId[] = [];
  const remove = (id: FactId) => {
    if (decided.gone.has(id)) return;
    decided.gone.add(id);
    if (around.to.facts.has(id)) decided.born.add(id);
    queue.push(id);
  };
  const open = (id: FactId, cause: FactId) =>
    decided.opened.set(id, [...(decided.opened.get(id) ?? []), cause]);
  const block = (id: FactId, cause: FactId) => (lacksTable(id, cause, around) ? open(id, cause) : remove(id));
  for (const id of rebuildsOf(around).old.keys()) remove(id);
  for (const id of partitionMoves(around).foreignKeys) if (around.from.facts.has(id)) remove(id);
  for (const difference of differences) {
    decided.differences.set(difference.id, difference);
    if (difference.change === "added") decided.born.add(difference.id);
    if (difference.change === "removed") remove(difference.id);
    if (difference.change === "changed") decideChange(difference, around, decided, remove, block);
    const domain = checkedDomain(difference, around);
    if (domain !== null) remove(domain);
  }
  const goOn = () => {
    while (queue.length > 0) {
      const id = queue.pop() as FactId;
      for (const child of around.from.children.get(id) ?? []) remove(child.id);
      for (const [blocked, column] of blockedBySwap(id, around)) block(blocked, column);
      for (const below of madeAnewBelow(id, around)) remove(below);
      for (const above of madeAnewAbove(id, around)) remove(above);
      const whole = indexAbove(id, around);
      if (whole !== null) remove(whole);
      // DROP TYPE takes the functions of a base type along.
      for (const routine of routinesOf(around.from.facts.get(id))) remove(routine);
      if (around.to.facts.has(id))
        for (const child of around.to.children.get(id) ?? []) decided.born.add(child.id);
      for (const dependant of dependantsOf(around.from, id)) {
        if (decided.gone.has(dependant) || !mustGoWith(dependant, id, around, decided)) continue;
        if (isCalledByDefault(id, dependant, around) || lacksTable(dependant, id, around)) {
          open(dependant, id);
          continue;
        }
        remove(dependant);
        const domain = domainOfCheck(around.from.facts.get(dependant), around);
        if (domain !== null) remove(domain);
      }
    }
  };
  goOn();
  // What rests on columns that hold rows goes as for any other change of their type, and may change more row types.
  for (let known = -1; known < decided.held.columns.length; ) {
    known = decided.held.columns.length;
    decided.held = heldRowsOf(decided, around);
    for (const column of decided.held.columns)
      for (const id of blockedByHolding(column, around)) block(id, column.id);
    for (const view of decided.held.views.keys()) remove(view);
    goOn();
  }
  for (const id of decided.gone) {
    decided.altered.delete(id);
    decided.opened.delete(id);
  }
  decided.swapped = swapsOf(decided, around);
  return decided;
}

/** A column that is made anew takes those with it that have it from there, and what rests on them. */
function madeAnewBelow(id: FactId, around: Surroundings): FactId[] {
  const column = id.startsWith("column:") ? around.from.facts.get(id) : undefined;
  if (!column || !around.to.facts.has(id)) return [];
  const those = { has: (other: FactId) => other === id };
  return columnsBelow(column, around.from)
    .filter((one) => one.body.local !== true && around.to.facts.has(one.id))
    .filter((one) => followsParent(one, those, around))
    .map((one) => one.id);
}

/** What is computed comes anew in the parents that have it too: a child cannot drop what it has from above. */
function madeAnewAbove(id: FactId, around: Surroundings): FactId[] {
  const [column, next] = [around.from, around.to].map(({ facts }) => facts.get(id));
  if (column?.kind !== "column" || !next?.body.generated) return [];
  return parentsThroughout(column.parent, around)
    .map((parent): FactId => `column:${parent}.${column.name}`)
    .filter((above) => [around.from, around.to].every(({ facts }) => facts.get(above)?.body.generated));
}

/** A partition that stays does not give up its part of an index by itself: the whole index is made anew. */
function indexAbove(id: FactId, { from, to }: Surroundings): FactId | null {
  const index = id.startsWith("index:") ? from.facts.get(id) : undefined;
  const above = `index:${index?.body.attachedTo}`;
  if (!index || !to.facts.has(above)) return null;
  const [was, is] = [from, to].map(({ facts }) => facts.get(index.parent ?? "")?.body.partitionOf);
  return was !== undefined && was === is ? above : null;
}

function checkedDomain({ to, change, parts }: Difference, around: Surroundings): FactId | null {
  return change === "changed" && !parts.includes("body") ? null : domainOfCheck(to, around);
}

/** Only its default makes a domain need a function: columns of it stay as they are while it has none. */
function isCalledByDefault(id: FactId, dependant: FactId, around: Surroundings): boolean {
  if (!id.startsWith("function:") || !dependant.startsWith("domain:")) return false;
  const [old, next] = [around.from, around.to].map(({ facts }) => facts.get(dependant));
  return old !== undefined && next !== undefined && alterBody(old, next, around) !== "replace";
}

/** A publication that stays gives up a table for the moment, and is not made anew for it. */
function lacksTable(publication: FactId, cause: FactId, around: Surroundings): boolean {
  if (!publication.startsWith("publication:") || !/^(table|column):/.test(cause)) return false;
  const [old, next] = [around.from, around.to].map(({ facts }) => facts.get(publication));
  return old !== undefined && next !== undefined && alterBody(old, next, around) !== "replace";
}

/** A domain that cannot get this check in place, because its values lie inside of others. */
function domainOfCheck(check: Fact | null | undefined, around: Surroundings): FactId | null {
  if (check?.kind !== "domain_constraint") return null;
  const domain = check.parent ?? "";
  return around.from.facts.has(domain) && isWithinStored(domain, around.from) ? domain : null;
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
  block: (id: FactId, cause: FactId) => void,
): void {
  const { from, to } = difference as { from: Fact; to: Fact };
  const change = difference.parts.includes("body") ? alterBody(from, to, around) : [];
  if (change === "replace") {
    remove(difference.id);
    return;
  }
  if (!decided.gone.has(difference.id)) decided.altered.set(difference.id, change);
  if (!isRetype(from, to)) return;
  for (const id of blockedByRetype(from, around)) block(id, from.id);
}

/** While a column holds JSON, what is sorted by its rows or computed from them cannot be there. */
function blockedByHolding(column: Fact, { from }: Surroundings): FactId[] {
  return dependantsOf(from, column.id).filter((id) => {
    const fact = from.facts.get(id);
    return fact !== undefined && !keepsRows(fact) && fact.kind !== "sequence";
  });
}

/** A type that is made anew changes the type of each of its columns; keys between two of them fit neither alone. */
function blockedBySwap(type: FactId, around: Surroundings): [blocked: FactId, column: FactId][] {
  const kind = around.from.facts.get(type)?.kind;
  if (kind === undefined || !SWAPPED_KINDS.has(kind) || !successorOf(type, around)) return [];
  return dependantsOf(around.from, type).flatMap((id) => {
    const column = id.startsWith("column:") ? around.from.facts.get(id) : undefined;
    if (!column) return [];
    const keys = dependantsOf(around.from, id).filter((key) => around.from.facts.get(key)?.body.type === "f");
    return [...blockedByRetype(column, around), ...keys].map((blocked): [FactId, FactId] => [blocked, id]);
  });
}

function alterBody(from: Fact, to: Fact, around: Surroundings): string[] | "replace" {
  const definition = kindOf(to.kind);
  return definition.alter ? definition.alter(from, to, around) : "replace";
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
  // Before 18 a function needs the transforms of its types whether it says so or not.
  if (gone.startsWith("transform:") && around.from.version < 180000) return true;
  return (
    needsWhatGoes(next, gone, around, decided) ||
    !decided.altered.has(dependant) ||
    saysTheSame(old, next) ||
    meansNamesake(next, gone, around)
  );
}

/**
 * Needs another function of the name of one that goes, and one of them can be called with fewer arguments than it has:
 * while both are there a call is refused ("is not unique") or means the old one.
 */
function meansNamesake(next: Fact, gone: FactId, { from, to }: Surroundings): boolean {
  const old = from.facts.get(gone);
  if (old?.kind !== "function" || to.facts.has(gone)) return false;
  return next.deps.some((dep) => {
    const other = from.facts.has(dep) ? undefined : to.facts.get(dep);
    return (
      other?.kind === "function" && bareRoutine(dep) === bareRoutine(gone) && [old, other].some(isElastic)
    );
  });
}

const isElastic = ({ body }: Fact) =>
  Number(body.defaults) > 0 || String(body.definition).includes("VARIADIC ");

/** Needs what goes, or what comes in its place: the whole of it or one of its columns, under another kind perhaps. */
function needsWhatGoes(next: Fact, gone: FactId, { from, to }: Surroundings, decided: Decided): boolean {
  if (next.deps.includes(gone)) return true;
  const old = from.facts.get(gone);
  const whole = old?.kind === "column" ? (old.parent ?? "") : gone;
  if (!RELATION.test(whole) || !decided.gone.has(whole)) return false;
  return next.deps.some((dep) => {
    const relation = dep.startsWith("column:") ? (to.facts.get(dep)?.parent ?? "") : dep;
    return RELATION.test(relation) && nameOfId(relation) === nameOfId(whole);
  });
}

const RELATION = /^(table|view|materialized_view):/;

const TEXTS = ["definition", "expression", "using", "check"];

/** What no ALTER makes look for another object. */
const NEVER_REWRITTEN = new Set<Kind>(["index", "constraint", "trigger", "materialized_view", "statistics"]);

/** The same words now mean another object: only what is made anew looks for it. */
function saysTheSame(old: Fact, next: Fact): boolean {
  if (NEVER_REWRITTEN.has(old.kind)) return true;
  const texts = TEXTS.filter((key) => typeof old.body[key] === "string");
  return texts.length > 0 && texts.every((key) => old.body[key] === next.body[key]);
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
  const apart = from.kind === "column" && leavesFamily(from, around);
  return dependantsOf(around.from, from.id).filter((id) => {
    const fact = around.from.facts.get(id);
    if (!fact) return false;
    if (BLOCKS_RETYPE.has(fact.kind)) return true;
    if (fact.kind === "constraint" && fact.body.type === "f")
      return apart || / PERIOD /.test(String(fact.body.definition));
    if (fact.kind === "column") return (fact.body as unknown as ColumnBody).generated !== "";
    if (fact.kind !== "constraint" && fact.kind !== "index") return false;
    // Expressions over the column are kept as they are by PostgreSQL; ours may be spelled for the new type.
    return changesText(fact, around);
  });
}

/** Types that one operator family compares with one another (docs: "Operator Classes and Operator Families"). */
const FAMILIES = [
  ["smallint", "integer", "bigint"],
  ["text", "character varying"],
  ["real", "double precision"],
  ["date", "timestamp without time zone", "timestamp with time zone"],
];

/** Whether a foreign key could not hold while only one of its columns has its new type. */
function leavesFamily(from: Fact, { to }: Surroundings): boolean {
  const [a, b] = [from, to.facts.get(from.id)].map((fact) =>
    String(fact?.body.type).replace(/\([^)]*\)/, ""),
  );
  return a !== b && !FAMILIES.some((family) => [a, b].every((type) => family.includes(type ?? "")));
}

function changesText(fact: Fact, around: Surroundings): boolean {
  const next = around.to.facts.get(fact.id);
  return next !== undefined && next.body.definition !== fact.body.definition;
}
