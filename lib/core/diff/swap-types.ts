import { type ColumnBody, relationOf, settingsAfterRetype } from "../schema/kinds/column";
import { attributes } from "../schema/kinds/composite";
import { arrayFunctions } from "../schema/kinds/converted-row";
import { setRangeAside } from "../schema/kinds/range";
import { dependantsOf, nameOfId } from "../schema/lookups";
import { rebuildsOf } from "../schema/rebuilds";
import type { Fact, FactId, Kind, Surroundings } from "../schema/types";
import { type Action, type Actions, type Decided, keyOf, type Planning } from "./actions";
import { followsParent } from "./by-itself";
import { SWAPPED_KINDS, SWAPPED_TYPES } from "./retype";

const columnBody = (fact: Fact) => fact.body as unknown as ColumnBody;

/**
 * Types that are made anew while columns hold their values, with the types that they are made of: they are set aside
 * under another name until the columns have the new ones.
 * @returns the name of each while it waits, without schema
 */
export function swapsOf(decided: Decided, around: Surroundings): Map<FactId, string> {
  const swapped = new Map<FactId, string>();
  const anew = (id: FactId) => {
    const next = successorOf(id, around);
    const fact =
      decided.gone.has(id) && next && decided.born.has(next.id) ? around.from.facts.get(id) : undefined;
    // A range with a canonical function hangs together with it, and cannot be set aside.
    return fact && SWAPPED_KINDS.has(fact.kind) && !fact.body.canonical ? fact : undefined;
  };
  const add = (id: FactId) => {
    const fact = swapped.has(id) ? undefined : anew(id);
    if (!fact) return;
    swapped.set(id, `dbmigrator_replaced_${swapped.size + 1}`);
    for (const dep of fact.deps) add(dep);
  };
  // A type that goes for good stands until its columns have left it, and so does what it is made of.
  const isHeld = (id: FactId): boolean =>
    dependantsOf(around.from, id).some(
      (user) =>
        keepsValues(user, decided, around) || (decided.gone.has(user) && isType(user) && isHeld(user)),
    );
  const isType = (id: FactId) => SWAPPED_TYPES.has(around.from.facts.get(id)?.kind as Kind);
  for (const id of decided.gone) if (anew(id) && isHeld(id)) add(id);
  return swapped;
}

/** The type of that name on the other side, another kind of type perhaps. */
export function successorOf(id: FactId, { from, to }: Surroundings): Fact | undefined {
  const same = to.facts.get(id);
  const kind = from.facts.get(id)?.kind;
  if (same || kind === undefined || !SWAPPED_TYPES.has(kind)) return same;
  const other = [...SWAPPED_TYPES].find((one) => to.facts.has(`${one}:${nameOfId(id)}`));
  return other && to.facts.get(`${other}:${nameOfId(id)}`);
}

/** Whether what needs this fact afterwards had a type that is set aside. */
export function isSwapped(id: FactId, { decided, around }: Planning): boolean {
  if (decided.swapped.has(id)) return true;
  const name = nameOfId(id);
  return (
    SWAPPED_TYPES.has(around.to.facts.get(id)?.kind as Kind) &&
    [...SWAPPED_TYPES].some((kind) => decided.swapped.has(`${kind}:${name}`))
  );
}

/** A column that stays, or whose rows are copied. */
function keepsValues(id: FactId, decided: Decided, around: Surroundings): boolean {
  const column = id.startsWith("column:") ? around.from.facts.get(id) : undefined;
  if (!column || columnBody(column).generated !== "") return false;
  if (decided.held.columns.some((one) => one.id === id)) return false;
  return !decided.gone.has(id) || rebuildsOf(around).old.has(column.parent ?? "");
}

/** Instead of DROP TYPE or DROP COLLATION. */
export function setTypeAside(type: Fact, name: string): string[] {
  if (type.kind === "collation") return [`ALTER COLLATION ${type.name} RENAME TO ${name}`];
  if (type.kind === "range") return setRangeAside(type, name);
  // What its default calls may go before it, and has to where another function of that name comes.
  const calls = type.kind === "domain" && type.deps.some((id) => id.startsWith("function:"));
  return [
    ...(calls ? [`ALTER DOMAIN ${type.name} DROP DEFAULT`] : []),
    `ALTER TYPE ${type.name} RENAME TO ${name}`,
  ];
}

export const SWAP_KEY = "swap types";
const MOVERS_KEY = "swap types: movers";

/** One action that moves the columns from the old types to the new ones and drops the old ones. */
export function addSwaps(actions: Actions, planning: Planning): void {
  const { decided, around } = planning;
  const types = [...decided.swapped.keys()].map((id) => around.from.facts.get(id) as Fact);
  if (types.length === 0) return;
  const swapped = swappedColumns(planning);
  const columns = [...swapped.values()].filter((column) => !followsParent(column, swapped, around));
  const anew = types.flatMap(({ id }) => around.to.facts.get(id) ?? []);
  const movers = inOrder(anew).filter(({ kind }) => kind === "composite");
  const old = (of: readonly Fact[]) =>
    of.map((type) => `${type.schema}.${decided.swapped.get(type.id)}`).join(", ");
  const collations = types.filter(({ kind }) => kind === "collation");
  const rest = types.filter(({ kind }) => kind !== "collation");
  const swap: Action = {
    key: SWAP_KEY,
    verb: "alter",
    fact: types[0] as Fact,
    sql: [
      ...columns.map((column) => {
        const { type, collation } = columnBody(column);
        const collate = collation ? ` COLLATE ${collation}` : "";
        const retyped = column.deps.some((id) => isSwapped(id, planning) && !id.startsWith("collation:"));
        const using = retyped ? ` USING ${swappedValue(column.name, type, planning)}` : "";
        return `ALTER TABLE ${relationOf(column)} ALTER COLUMN ${column.name} TYPE ${type}${collate}${using}`;
      }),
      ...[...swapped.values()].flatMap(settingsAfterRetype),
      ...movers.reverse().flatMap((type) => dropMovers(type, planning)),
      ...(rest.length > 0 ? [`DROP TYPE ${old(rest)}`] : []),
      ...collations.map((one) => `DROP COLLATION ${old([one])}`),
    ],
    after: new Set(),
    softAfter: new Set(),
  };
  if (movers.length > 0) addMovers(inOrder(movers), swap, actions, planning);
  connectSwap(swap, new Set(columns.map(({ id }) => id)), actions, planning);
  actions.set(swap.key, swap);
}

/** The functions that move values of composite types, before the first column or copied table that needs them. */
function addMovers(types: readonly Fact[], swap: Action, actions: Actions, planning: Planning): void {
  const sql = types.flatMap((type) => createMovers(type, planning));
  const after = new Set(
    [...planning.decided.swapped.keys()].map((id) => keyOf("create", id)).filter((key) => actions.has(key)),
  );
  actions.set(MOVERS_KEY, { ...swap, key: MOVERS_KEY, sql, after, softAfter: new Set() });
  swap.after.add(MOVERS_KEY);
  for (const { key, sql: statements, after: waits } of [...actions.values()])
    if (key !== MOVERS_KEY && statements.some((one) => one.includes(".dbmigrator_moved(")))
      waits.add(MOVERS_KEY);
}

/** Columns that have such a type before and after. */
export function swappedColumns(planning: Planning): Map<FactId, Fact> {
  const { decided, around } = planning;
  const columns = new Map<FactId, Fact>();
  for (const type of decided.swapped.keys()) {
    for (const id of dependantsOf(around.from, type)) {
      const [was, is] = [around.from.facts.get(id), around.to.facts.get(id)];
      if (was?.kind !== "column" || !is || decided.gone.has(id)) continue;
      const same = columnBody(was).type === columnBody(is).type;
      if (same && is.deps.some((dep) => isSwapped(dep, planning))) columns.set(id, is);
    }
  }
  return columns;
}

/** What a type is made of comes before it. */
function inOrder(types: readonly Fact[]): Fact[] {
  const known = new Map(types.map((type) => [type.id, type]));
  const ordered = new Set<Fact>();
  const visit = (type: Fact) => {
    if (ordered.has(type)) return;
    for (const dep of type.deps) {
      const part = known.get(dep);
      if (part) visit(part);
    }
    ordered.add(type);
  };
  for (const type of types) visit(type);
  return [...ordered];
}

function swappedType(type: string, planning: Planning): Fact | undefined {
  const base = type.replace(/(\[\])+$/, "");
  for (const kind of SWAPPED_TYPES) {
    const fact = planning.around.to.facts.get(`${kind}:${base}`);
    if (fact && isSwapped(fact.id, planning)) return fact;
  }
  return undefined;
}

/**
 * A value of an old type in the new one of the same name. Composite types go attribute by attribute: as text they
 * would go by place, into whatever stands there now.
 */
export function swappedValue(value: string, type: string, planning: Planning): string {
  const fact = swappedType(type, planning);
  if (fact?.kind === "composite" && planning.decided.swapped.has(fact.id))
    return `${fact.schema}.dbmigrator_moved(${value})`;
  const base = fact?.kind === "domain" ? String(fact.body.type) : "";
  const many = type.endsWith("[]") ? "[]" : "";
  // Of an array of arrays, no cast takes the inner ones apart.
  if (base !== "" && !(many && base.endsWith("[]")) && madeOfComposite(base, planning)) {
    const inner = swappedType(base, planning) as Fact;
    const array = base.slice(inner.name.length) + many;
    const old = `${inner.schema}.${planning.decided.swapped.get(inner.id)}${array}`;
    return `${swappedValue(`${value}::${old}`, `${base}${many}`, planning)}::${type}`;
  }
  return `${value}::${type.endsWith("[]") || base.endsWith("[]") ? "text[]" : "text"}::${type}`;
}

function madeOfComposite(type: string, planning: Planning): boolean {
  const fact = swappedType(type, planning);
  return (
    fact?.kind === "composite" ||
    (fact?.kind === "domain" && madeOfComposite(String(fact.body.type), planning))
  );
}

function createMovers(type: Fact, planning: Planning): string[] {
  const old = `${type.schema}.${planning.decided.swapped.get(type.id)}`;
  const name = `${type.schema}.dbmigrator_moved`;
  const had = new Map(
    attributes(planning.around.from.facts.get(type.id) as Fact).map((one) => [one.name, one.type]),
  );
  const values = attributes(type).map((one) => {
    const before = had.get(one.name);
    const value = `($1).${one.name}`;
    if (before === undefined) return "NULL";
    if (before === one.type)
      return swappedType(one.type, planning) ? swappedValue(value, one.type, planning) : value;
    return `${value}${isMade(before, planning) || isMade(one.type, planning) ? "::text" : ""}::${one.type}`;
  });
  const body = (sql: string) => `LANGUAGE sql AS $dbmigrator$ ${sql} $dbmigrator$`;
  return [
    `CREATE FUNCTION ${name}(${old}) RETURNS ${type.name} ${body(`SELECT CASE WHEN $1 IS DISTINCT FROM NULL THEN ROW(${values.join(", ")})::${type.name} END`)}`,
    ...arrayFunctions(name, `${old}[]`, `${type.name}[]`, `${name}($1[i])`).create,
  ];
}

function dropMovers(type: Fact, { decided }: Planning): string[] {
  const old = `${type.schema}.${decided.swapped.get(type.id)}`;
  const name = `${type.schema}.dbmigrator_moved`;
  return [...arrayFunctions(name, `${old}[]`, "", "").drop, `DROP FUNCTION ${name}(${old})`];
}

/** Types of people's own rarely have casts to one another. */
function isMade(type: string, { around }: Planning): boolean {
  return [...SWAPPED_TYPES].some((kind) => around.to.facts.has(`${kind}:${type.replace(/(\[\])+$/, "")}`));
}

function connectSwap(
  swap: Action,
  columns: ReadonlySet<FactId>,
  actions: Actions,
  { decided, around }: Planning,
): void {
  const wait = (key: string) => actions.has(key) && swap.after.add(key);
  for (const type of decided.swapped.keys()) {
    const next = successorOf(type, around)?.id ?? type;
    wait(keyOf("create", next));
    // What is checked later is not checked inside of rows and arrays.
    for (const part of around.to.children.get(next) ?? [])
      if (part.body.validated !== false) wait(keyOf("create", part.id));
    for (const user of dependantsOf(around.from, type)) {
      // What leaves the old type, goes with it or is copied out of it, does so before it is dropped.
      waitForDrop(user, actions, swap);
      wait(keyOf("alter", user));
      const rebuild = rebuildsOf(around).old.get(around.from.facts.get(user)?.parent ?? "");
      if (rebuild) wait(`fill ${rebuild.old[0]?.id}`);
      if (user.startsWith("column:"))
        for (const other of dependantsOf(around.from, user)) waitForDrop(other, actions, swap);
    }
    for (const part of [around.from.facts.get(type) as Fact, ...(around.from.children.get(type) ?? [])])
      for (const dep of part.deps)
        if (!decided.born.has(dep) && !decided.swapped.has(dep) && !leavesEarly(part, dep))
          actions.get(keyOf("drop", dep))?.after.add(swap.key);
  }
  for (const action of actions.values())
    if (action.verb === "create" && action.fact.deps.some((id) => columns.has(id)))
      action.after.add(swap.key);
}

/** What the default and the checks of a domain call is called no more once it is set aside. */
function leavesEarly({ kind }: Fact, dep: FactId): boolean {
  return kind !== "range" && dep.startsWith("function:");
}

/** A part without a statement of its own goes when its table goes. */
function waitForDrop(id: FactId, actions: Actions, swap: Action): void {
  const drop = actions.get(keyOf("drop", id));
  const parent = drop?.sql.length === 0 ? actions.get(keyOf("drop", drop.fact.parent ?? "")) : undefined;
  const key = parent?.key ?? drop?.key;
  if (key) swap.after.add(key);
}
