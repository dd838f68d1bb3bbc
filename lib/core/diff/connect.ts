import { kindOf } from "../schema/kinds/all";
import { bringers } from "../schema/kinds/moved-column";
import { columnsBelow, NOT_NULL } from "../schema/kinds/not-null-below";
import { parentsOf, tableBody } from "../schema/kinds/table";
import { dependantsOf } from "../schema/lookups";
import type { Fact, FactId, Kind, Snapshot, Surroundings } from "../schema/types";
import { type Action, type Actions, type Decided, keyOf, type Planning } from "./actions";
import { SWAPPED_TYPES } from "./retype";
import { bareRoutine, sameName } from "./same-name";
import { softDependencies } from "./soft-dependencies";

/** Which actions wait for which: what a statement needs exists, what it drops is not needed any more. */
export function connectActions(actions: Actions, { around, decided }: Planning): void {
  const implicit = (action: Action) => action.verb === "drop" && action.sql.length === 0;
  const all = [...actions.values()];
  for (const action of all) if (!implicit(action)) connect(action, actions, around, decided);
  for (const action of all) if (implicit(action)) connect(action, actions, around, decided);
  for (const action of all) connectSoft(action, actions, around);
}

function waitFor(action: Action, key: string, actions: Actions): void {
  if (key !== action.key && actions.has(key)) action.after.add(key);
}

function connect(action: Action, actions: Actions, around: Surroundings, { swapped }: Decided): void {
  const { verb, fact } = action;
  if (verb !== "drop") connectNeeds(action, actions, around);
  connectIdentity(action, actions, around);
  if (verb !== "drop") connectConstraintName(action, actions, around.from);
  if (fact.kind === "column") {
    connectMoved(action, actions, around);
    connectBelow(action, actions, around);
  }
  if (fact.kind === "table" && verb !== "alter") connectAbove(action, actions, around);
  if (fact.kind === "constraint" && verb === "create") connectInheritedCheck(action, actions, around);
  if (fact.kind === "constraint" && verb === "drop") connectCheckAbove(action, actions, around.from);
  if (verb === "create") {
    waitForDrop(action, fact.id, actions);
    for (const other of sameName(fact, around.from)) waitForDrop(action, other, actions);
  }
  if (verb === "alter") connectAlter(action, actions, around, swapped);
  if (verb !== "drop" || fact.kind === "identity_sequence") return;
  if (action.sql.length === 0 && fact.parent && actions.has(keyOf("drop", fact.parent))) {
    connectImplicit(action, actions, around);
    return;
  }
  // What is set aside does not wait for a type made of it, which goes when its columns have left it (see addSwaps).
  const waits = SWAPPED_TYPES.has(fact.kind) && !swapped.has(fact.id);
  for (const id of needsOf(action))
    if (id !== fact.id && !(waits && swapped.has(id))) actions.get(keyOf("drop", id))?.after.add(action.key);
}

function needsOf({ fact }: Action): FactId[] {
  return fact.parent ? [...fact.deps, fact.parent] : fact.deps;
}

/** What a fact needs is created or altered before it. */
function connectNeeds(action: Action, actions: Actions, around: Surroundings): void {
  const { verb, fact } = action;
  const ready = (id: FactId) => {
    waitFor(action, keyOf("create", id), actions);
    waitFor(action, keyOf("alter", id), actions);
    if (!id.startsWith("column:")) return;
    // A type may be swapped under its column.
    for (const type of around.to.facts.get(id)?.deps ?? []) waitFor(action, keyOf("alter", type), actions);
  };
  for (const id of needsOf(action)) ready(id);
  if (verb !== "create") return;
  // A table that is created brings its columns: what they need must be there before it.
  if (fact.kind === "table") {
    for (const child of around.to.children.get(fact.id) ?? []) {
      if (child.kind !== "column") continue;
      for (const id of child.deps)
        if (id !== fact.id && around.to.facts.get(id)?.parent !== fact.id) ready(id);
    }
  }
  // ADD COLUMN writes the default with it.
  if (fact.kind === "column") {
    const value = around.to.facts.get(`default:${fact.id.slice("column:".length)}`);
    for (const id of value?.deps ?? [])
      if (id !== fact.id && around.to.facts.get(id)?.parent !== fact.parent)
        waitFor(action, keyOf("create", id), actions);
  }
}

const tableOfColumn = (column: string) => `table:${column.slice(0, column.lastIndexOf("."))}`;
/** Types that PostgreSQL does not alter in every way while columns have them; an enum takes its values at any time. */
const TYPES = new Set<Kind>(["domain", "range", "composite"]);

/** A part without a statement of its own goes when its table goes. */
function waitForDrop(action: Action, id: FactId, actions: Actions): void {
  const drop = actions.get(keyOf("drop", id));
  const parent = drop?.sql.length === 0 ? drop.fact.parent : null;
  waitFor(action, keyOf("drop", parent && actions.has(keyOf("drop", parent)) ? parent : id), actions);
}

/** What is dropped for a moment because of a change goes before it; what the fact stops needing goes after. */
function connectAlter(
  action: Action,
  actions: Actions,
  around: Surroundings,
  aside: ReadonlyMap<FactId, string>,
): void {
  const { fact } = action;
  // The owner of a column's sequence changes with the table's, and its privileges are those of the new one.
  if (fact.kind === "sequence" && typeof fact.body.ownedBy === "string")
    waitFor(action, keyOf("alter", tableOfColumn(fact.body.ownedBy)), actions);
  const swapped = TYPES.has(fact.kind);
  for (const id of dependantsOf(around.from, fact.id)) {
    // Goes by this very change (see connectIdentity).
    if (id.startsWith("identity_sequence:")) continue;
    if (around.to.facts.has(id)) waitFor(action, keyOf("drop", id), actions);
    else if (swapped || fact.kind === "column") waitForDrop(action, id, actions);
    if (!swapped || !id.startsWith("column:")) continue;
    // A column that takes another type leaves the old one before it goes.
    if (!around.to.facts.get(id)?.deps.includes(fact.id)) waitFor(action, keyOf("alter", id), actions);
    for (const other of dependantsOf(around.from, id)) waitForDrop(action, other, actions);
  }
  for (const id of around.from.facts.get(fact.id)?.deps ?? []) {
    // A type that is set aside waits for what leaves it under another name.
    const drop = aside.has(id) ? undefined : actions.get(keyOf("drop", id));
    if (drop && !fact.deps.includes(id)) drop.after.add(action.key);
  }
}

/** A column that a child leaves to its parent: set aside before the parent has it, filled after. */
function connectMoved(action: Action, actions: Actions, around: Surroundings): void {
  const { verb, fact } = action;
  for (const parent of bringers(fact, around)) {
    const born = actions.get(keyOf("create", `column:${parent}.${fact.name}`));
    if (!born) continue;
    if (verb === "drop") born.after.add(action.key);
    if (verb === "create") action.after.add(born.key);
  }
}

/** Whether it makes a NOT NULL that rows are not held against yet. */
function leavesNotValid({ sql }: Action): boolean {
  return NOT_NULL.test(sql.find((statement) => statement.endsWith(" NOT VALID")) ?? "");
}

/**
 * A column is retyped in parents first, and one that is the child's own too is there before the parent's comes and
 * goes after it; one that goes with its parent's was left by what rests on it. A NOT NULL that is not valid yet waits
 * for the children that are to have theirs in the same state.
 */
function connectBelow(action: Action, actions: Actions, around: Surroundings): void {
  const { verb, fact } = action;
  const notValid = leavesNotValid(action);
  if (!notValid && !around.from.facts.has(fact.parent ?? "")) return;
  const later = (one: Action | undefined, other: Action | undefined) => {
    if (one && other) one.softAfter.add(other.key);
  };
  for (const below of columnsBelow(fact, verb === "drop" ? around.from : around.to)) {
    const child = actions.get(keyOf(verb, below.id));
    const table = actions.get(keyOf("create", below.parent ?? ""));
    if (verb === "drop" && child?.sql.length === 0) later(action, child);
    else if (verb !== "create" || below.body.local !== true) later(child, action);
    else if (!table) later(action, child);
    // What a new table says of its column's constraint comes after that, and the table before.
    if (verb !== "drop" && notValid && table) {
      later(actions.get(keyOf("create", below.id)), action);
      later(action, table);
    }
  }
}

/**
 * A new table below one that stays is written for what the columns there are in the end (see storageFromAbove), and one
 * that goes may compute from what they were. Constraints that are not valid yet come after it (see connectBelow).
 */
function connectAbove(action: Action, actions: Actions, { from, to }: Surroundings): void {
  const isNew = action.verb === "create";
  const snapshot = isNew ? to : from;
  const parents = (table: Fact) => (isNew ? tableBody(table).inherits : parentsOf(table));
  const above = [...parents(action.fact)];
  for (const name of above) {
    const parent = snapshot.facts.get(`table:${name}`);
    if (!parent) continue;
    above.push(...parents(parent).filter((one) => !above.includes(one)));
    if (!from.facts.has(parent.id)) continue;
    for (const { id } of snapshot.children.get(parent.id) ?? []) {
      for (const verb of isNew ? (["create", "alter"] as const) : (["drop", "alter"] as const)) {
        const change = id.startsWith("column:") ? actions.get(keyOf(verb, id)) : undefined;
        if (!change || leavesNotValid(change)) continue;
        if (isNew) action.softAfter.add(change.key);
        else change.softAfter.add(action.key);
      }
    }
  }
}

/** From 18 on a NOT NULL has a name, which another constraint of the table may have until then. */
function connectConstraintName({ fact, softAfter }: Action, actions: Actions, from: Snapshot): void {
  const name = nameOfConstraint(fact);
  const was = from.facts.get(fact.id);
  if (name === null || (was && nameOfConstraint(was) === name)) return;
  for (const other of from.children.get(fact.parent ?? "") ?? []) {
    if (other.id === fact.id || nameOfConstraint(other) !== name) continue;
    for (const verb of ["drop", "alter"] as const) {
      const key = keyOf(verb, other.id);
      if (actions.has(key)) softAfter.add(key);
    }
  }
}

function nameOfConstraint({ kind, name, body }: Fact): string | null {
  if (kind === "constraint") return name;
  return kind === "column" ? ((body.notNullName as string | undefined) ?? null) : null;
}

/** A check that is not valid yet comes down to children as such, and a valid one of theirs could not follow. */
function connectInheritedCheck(action: Action, actions: Actions, { to }: Surroundings): void {
  const { fact } = action;
  const ancestors = [to.facts.get(fact.parent ?? "")];
  for (let table = ancestors.pop(); table?.kind === "table"; table = ancestors.pop()) {
    for (const parent of tableBody(table).inherits) {
      ancestors.push(to.facts.get(`table:${parent}`));
      const above = actions.get(keyOf("create", `constraint:${parent}.${fact.name}`));
      if (above && fact.body.type === "c" && above.fact.body.validated === false) above.after.add(action.key);
    }
  }
}

/** A check that is inherited too goes when it is gone above. */
function connectCheckAbove({ fact, softAfter }: Action, actions: Actions, from: Snapshot): void {
  const table = from.facts.get(fact.parent ?? "");
  if (table?.kind !== "table" || fact.body.type !== "c") return;
  for (const parent of parentsOf(table)) {
    const above = actions.get(keyOf("drop", `constraint:${parent}.${fact.name}`));
    if (above) softAfter.add(above.key);
  }
}

/** The sequence of an identity column is made and dropped by a change of the column or its table. */
function connectIdentity(action: Action, actions: Actions, around: Surroundings): void {
  const { verb, fact } = action;
  if (fact.kind === "identity_sequence" && verb === "drop") {
    const column = `column:${(fact.parent ?? "").slice("table:".length)}.${fact.body.column}`;
    waitFor(action, keyOf("alter", column), actions);
    waitFor(action, keyOf("drop", column), actions);
    waitFor(action, keyOf("drop", fact.parent ?? ""), actions);
  }
  const sequence = fact.kind === "column" && verb !== "drop" ? fact.body.sequenceName : null;
  const old = around.from.facts.get(fact.id)?.body.sequenceName;
  if (sequence === null || sequence === old) return;
  const maker = actions.get(keyOf("create", fact.parent ?? "")) ?? action;
  for (const kind of ["sequence", "identity_sequence", "table", "view", "index"]) {
    const clash = actions.get(keyOf("drop", `${kind}:${sequence}`));
    if (clash && !reaches(clash, maker.key, actions)) maker.after.add(clash.key);
  }
}

/** A part that goes with its table: what it needs goes after the table, or the part goes first by itself. */
function connectImplicit(action: Action, actions: Actions, around: Surroundings): void {
  const table = actions.get(keyOf("drop", action.fact.parent ?? "")) as Action;
  table.after.add(action.key);
  for (const id of action.fact.deps) {
    const other = actions.get(keyOf("drop", id));
    if (!other || other === table || other.fact.parent === action.fact.parent) continue;
    if (action.fact.kind !== "column" && reaches(table, other.key, actions)) {
      action.sql = kindOf(action.fact.kind).drop(action.fact, around);
      other.after.add(action.key);
    } else other.after.add(table.key);
  }
}

/** Order that pg_depend does not know: bodies of functions written as text. */
function connectSoft(action: Action, actions: Actions, around: Surroundings): void {
  connectMembers(action, actions, around.from);
  if (action.verb === "drop") return;
  waitForNamesakes(action, actions);
  connectChecks(action, actions, around.to);
  for (const id of softDependencies(action.fact, around.to)) {
    for (const verb of ["create", "alter"] as const) {
      const key = keyOf(verb, id);
      if (key !== action.key && actions.has(key)) action.softAfter.add(key);
    }
  }
}

/** What members of an extension that goes need goes after it: it takes them along. */
function connectMembers({ verb, fact, key }: Action, actions: Actions, from: Snapshot): void {
  if (verb !== "drop" || fact.kind !== "extension") return;
  for (const { extension, fact: member, parts } of from.members.values()) {
    if (extension !== fact.id || from.facts.has(member.id)) continue;
    for (const { deps } of [member, ...parts])
      for (const id of deps) if (id !== fact.id) actions.get(keyOf("drop", id))?.softAfter.add(key);
  }
}

/** A domain takes no check once its values lie inside of others, rows or none (see isWithinStored). */
function connectChecks({ fact, softAfter }: Action, actions: Actions, to: Snapshot): void {
  const columns = fact.kind === "table" ? (to.children.get(fact.id) ?? []) : [fact];
  const types = new Set(columns.flatMap(({ kind, deps }) => (kind === "column" ? deps : [])));
  for (const id of types) {
    const type = to.facts.get(id);
    if (!type || !SWAPPED_TYPES.has(type.kind)) continue;
    for (const part of type.deps) types.add(part);
    for (const check of to.children.get(id) ?? []) {
      const key = keyOf("create", check.id);
      if (check.kind === "domain_constraint" && actions.has(key)) softAfter.add(key);
    }
  }
}

const droppedRoutines = new WeakMap<Actions, Map<string, string[]>>();

/** Calls written for one function would be ambiguous as long as another of its name takes the same arguments. */
function waitForNamesakes(action: Action, actions: Actions): void {
  let dropped = droppedRoutines.get(actions);
  if (!dropped) {
    dropped = new Map();
    for (const { verb, fact, key } of actions.values()) {
      if (verb !== "drop" || fact.kind !== "function") continue;
      const name = bareRoutine(fact.id);
      dropped.set(name, [...(dropped.get(name) ?? []), key]);
    }
    droppedRoutines.set(actions, dropped);
  }
  if (dropped.size === 0) return;
  for (const id of action.fact.deps)
    if (id.startsWith("function:"))
      for (const key of dropped.get(bareRoutine(id)) ?? []) action.softAfter.add(key);
}

function reaches(start: Action, goal: string, actions: Actions): boolean {
  const seen = new Set<string>();
  const stack = [start.key];
  while (stack.length > 0) {
    const key = stack.pop() as string;
    if (key === goal) return true;
    if (seen.has(key)) continue;
    seen.add(key);
    for (const next of actions.get(key)?.after ?? []) stack.push(next);
  }
  return false;
}
