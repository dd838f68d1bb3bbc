import { type ColumnBody, relationOf, settingsAfterRetype } from "../schema/kinds/column";
import { columnsOf, tableBody } from "../schema/kinds/table";
import { dependantsOf, factsOfKind } from "../schema/lookups";
import { rebuildsOf } from "../schema/rebuilds";
import type { Fact, FactId, Kind, Surroundings } from "../schema/types";
import { type Action, type Actions, type Decided, keyOf, type Planning } from "./actions";
import { followsParent } from "./by-itself";
import { SWAPPED_KINDS } from "./retype";
import { SWAP_KEY } from "./swap-types";

const columnBody = (fact: Fact | undefined) => fact?.body as unknown as ColumnBody;
const RELATIONS: readonly Kind[] = ["table", "view", "materialized_view"];
/** Nearly no table is used so. */
const USES_ROWS = /^(column|composite|domain|materialized_view):/;

/** Columns that hold rows of tables and views whose row type changes. */
export interface HeldRows {
  /** In the order in which they can have their type again: what is made of other rows comes after those. */
  columns: Fact[];
  /** Materialized views that may hold rows of a table, which they are made anew around. */
  views: Map<FactId, FactId>;
  /** Tables and views whose row type changes, and the types that are made of it. */
  types: Set<FactId>;
}

/**
 * PostgreSQL changes no row type of which columns hold values ("cannot alter table … because column … uses its row
 * type"): they hold JSON meanwhile, which goes back by the names of the columns.
 */
export function heldRowsOf(decided: Decided, around: Surroundings): HeldRows {
  const columns: Fact[] = [];
  const types = new Set<FactId>();
  const views = new Map<FactId, FactId>();
  /** Whether columns hold rows of it. */
  const held = new Map<FactId, boolean>();
  const visit = (id: FactId): boolean => {
    const known = held.get(id);
    if (known !== undefined) return known;
    held.set(id, false);
    for (const user of dependantsOf(around.from, id)) {
      const fact = around.from.facts.get(user);
      if (fact?.kind === "column" && holdsRows(fact, decided, around)) {
        held.set(id, true);
        visit(fact.parent ?? "");
        const column = around.to.facts.get(user) as Fact;
        if (!columns.includes(column)) columns.push(column);
      } else if (fact && MADE_OF.has(fact.kind) && visit(user)) {
        held.set(id, true);
        types.add(user);
      } else if (fact?.kind === "materialized_view" && id.startsWith("table:")) views.set(user, id);
    }
    return held.get(id) === true;
  };
  for (const { id } of RELATIONS.flatMap((kind) => factsOfKind(around.from, kind))) {
    const used = dependantsOf(around.from, id).some((user) => USES_ROWS.test(user));
    if (used && changesRows(id, decided, around) && visit(id)) types.add(id);
  }
  return { columns: columns.reverse(), views, types };
}

const MADE_OF = new Set<Kind>(["composite", "domain"]);

function holdsRows(column: Fact, { gone }: Decided, { to }: Surroundings): boolean {
  const [a, b] = [columnBody(column), columnBody(to.facts.get(column.id))];
  return ["r", "p"].includes(a.of) && b?.type === a.type && a.generated === "" && !gone.has(column.id);
}

/** Whether PostgreSQL would ask for rows of it elsewhere. */
function changesRows(id: FactId, { gone }: Decided, around: Surroundings): boolean {
  const [was, is] = [around.from.facts.get(id), around.to.facts.get(id)] as (Fact | undefined)[];
  if (gone.has(id)) return true;
  if (was?.kind !== "table" || !is) return false;
  const [a, b] = [tableBody(was), tableBody(is)];
  if (a.persistence !== b.persistence || a.accessMethod !== b.accessMethod) return true;
  return columnsOf(around.to, id).some((column) => {
    const old = around.from.facts.get(column.id);
    const next = columnBody(column);
    if (!old || gone.has(column.id))
      return (
        next.generated === "s" ||
        next.identity !== "" ||
        around.to.facts.has(`default:${relationOf(column)}.${column.name}`) ||
        column.deps.some((dep) => dep.startsWith("domain:"))
      );
    const before = columnBody(old);
    return (
      before.type !== next.type ||
      before.collation !== next.collation ||
      (next.generated !== "" && before.expression !== next.expression) ||
      old.deps.some((dep) => gone.has(dep) && SWAPPED_KINDS.has(dep.slice(0, dep.indexOf(":")) as Kind))
    );
  });
}

const HOLD_KEY = "hold rows";
const FREE_KEY = "free rows";

/** What is done about them. */
export function addHeldRows(actions: Actions, planning: Planning): void {
  if (planning.decided.held.columns.length > 0) holdColumns(actions, planning);
  waitForViews(actions, planning.decided.held);
}

/** Two actions: one before the row types change, and one after. */
function holdColumns(actions: Actions, planning: Planning): void {
  const { around, decided } = planning;
  const { columns, types } = decided.held;
  const all = new Map(columns.map((column) => [column.id, column]));
  const own = columns.filter((column) => !followsParent(column, all, around));
  const action = (key: string, sql: string[]): Action => ({
    ...{ key, verb: "alter", fact: own[0] as Fact, sql },
    ...{ after: new Set<string>(), softAfter: new Set<string>() },
  });
  const hold = action(HOLD_KEY, [...own].reverse().map(holdRows));
  const free = action(FREE_KEY, [
    ...own.flatMap((column, i) => freeRows(column, i + 1, around)),
    ...columns.flatMap(settingsAfterRetype),
  ]);
  free.after.add(HOLD_KEY);
  const wait = (key: string) => actions.has(key) && free.after.add(key);
  for (const { key, verb, fact, after } of actions.values()) {
    if (!isChange(fact, types) || all.has(fact.id)) continue;
    after.add(HOLD_KEY);
    if (verb !== "drop" || fact.kind === "column") free.after.add(key);
  }
  const swap = actions.get(SWAP_KEY);
  if (swap) {
    swap.after.add(HOLD_KEY);
    free.after.add(SWAP_KEY);
  }
  for (const rebuild of rebuildsOf(around).all) wait(`join ${rebuild.fresh[0]?.id}`);
  for (const column of columns) {
    for (const user of dependantsOf(around.from, column.id)) {
      const drop = actions.get(keyOf("drop", user));
      if (drop && drop.sql.length > 0) hold.after.add(drop.key);
    }
    for (const dep of column.deps) for (const verb of ["create", "alter"] as const) wait(keyOf(verb, dep));
    actions.get(keyOf("alter", column.id))?.after.add(FREE_KEY);
  }
  for (const { verb, fact, after } of actions.values())
    if (verb !== "drop" && fact.deps.some((id) => all.has(id))) after.add(FREE_KEY);
  actions.set(HOLD_KEY, hold);
  actions.set(FREE_KEY, free);
}

function isChange({ id, kind, parent }: Fact, types: ReadonlySet<FactId>): boolean {
  return types.has(id) || (kind === "column" && types.has(parent ?? ""));
}

function waitForViews(actions: Actions, { views }: HeldRows): void {
  for (const [view, table] of views) {
    const [drop, create] = [actions.get(keyOf("drop", view)), actions.get(keyOf("create", view))];
    for (const { key, fact, after } of actions.values()) {
      if (key !== HOLD_KEY && key !== FREE_KEY && !isChange(fact, new Set([table]))) continue;
      if (drop) after.add(drop.key);
      create?.after.add(key);
    }
  }
}

export function holdRows(column: Fact): string {
  return `ALTER TABLE ${relationOf(column)} ALTER COLUMN ${column.name} TYPE json USING pg_catalog.to_json(${column.name})`;
}

/** How the statement begins that takes a column back out of JSON. */
export function toItsType(column: Fact): string {
  return `ALTER TABLE ${relationOf(column)} ALTER COLUMN ${column.name} TYPE ${columnBody(column).type} USING `;
}

function freeRows(column: Fact, number: number, { to }: Surroundings): string[] {
  const { type } = columnBody(column);
  const alter = (value: string) => `${toItsType(column)}${value}`;
  if ([...RELATIONS, "composite" as const].some((kind) => to.facts.has(`${kind}:${type}`)))
    return [alter(`pg_catalog.json_populate_record(NULL::${type}, ${column.name})`)];
  // Arrays and domains are read as parts of a row.
  const held = `${to.facts.get(column.parent ?? "")?.schema}.dbmigrator_held_${number}`;
  const row = `pg_catalog.json_build_object('held', ${column.name})`;
  return [
    `CREATE TYPE ${held} AS (held ${type})`,
    alter(`(pg_catalog.json_populate_record(NULL::${held}, ${row})).held`),
    `DROP TYPE ${held}`,
  ];
}
