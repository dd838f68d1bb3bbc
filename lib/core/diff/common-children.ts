import { type ColumnBody, relationOf } from "../schema/kinds/column";
import { columnsBelow } from "../schema/kinds/not-null-below";
import { parentsOf } from "../schema/kinds/table";
import type { Fact, FactId, Surroundings } from "../schema/types";
import type { Action, Actions, Planning } from "./actions";

const RETYPES = /^ALTER TABLE \S.* ALTER COLUMN .* TYPE /;
const columnBody = (fact: Fact | undefined) => fact?.body as unknown as ColumnBody;

/**
 * PostgreSQL retypes a column in one of several parents only when nothing below has it from another one too ("cannot
 * alter inherited column"). Such parents get a parent of ours for the moment, whose column is retyped.
 */
export function retypeTogether(actions: Actions, { around }: Planning): void {
  const several = groupByWhatIsBelow([...actions.values()].filter(isRetype), around).filter(
    ({ roots }) => roots.length > 1,
  );
  for (const [i, { roots }] of several.entries()) retypeGroup(roots, i + 1, around);
}

interface Group {
  roots: Action[];
  below: Set<FactId>;
}

/** Changes of columns that others have from them, together where some have it from several. */
export function groupByWhatIsBelow(actions: readonly Action[], around: Surroundings): Group[] {
  const groups: Group[] = [];
  for (const action of actions) {
    const below = everythingBelow(action.fact, around);
    if (below.size === 0) continue;
    const met = groups.filter((group) => [...below].some((id) => group.below.has(id)));
    for (const group of met) {
      groups.splice(groups.indexOf(group), 1);
      for (const id of group.below) below.add(id);
    }
    groups.push({ roots: [...met.flatMap(({ roots }) => roots), action], below });
  }
  return groups;
}

function isRetype({ verb, fact, sql }: Action): boolean {
  return verb === "alter" && fact.kind === "column" && columnBody(fact).generated === "" && sql.some(isType);
}

const isType = (sql: string) => RETYPES.test(sql);

/** What has the column from this one, of tables that belong to theirs during the whole plan. */
function everythingBelow(column: Fact, { from, to }: Surroundings): Set<FactId> {
  const found = new Set<FactId>();
  const parents = [column];
  for (let parent = parents.pop(); parent; parent = parents.pop()) {
    for (const below of columnsBelow(parent, from)) {
      const table = to.facts.get(below.parent ?? "");
      if (table?.kind === "table" && !parentsOf(table).includes(relationOf(parent))) continue;
      if (!found.has(below.id)) parents.push(below);
      found.add(below.id);
    }
  }
  return found;
}

function retypeGroup(roots: Action[], number: number, { from }: Surroundings): void {
  const [first, last] = [roots[0], roots.at(-1)] as [Action, Action];
  const { name, id } = first.fact;
  const schema = from.facts.get(first.fact.parent ?? "")?.schema;
  const parent = `${schema}.dbmigrator_parent_${number}`;
  const { type, collation } = columnBody(from.facts.get(id));
  const parts = roots.map(({ fact, sql }) => {
    const at = sql.findIndex(isType);
    return {
      table: relationOf(fact),
      before: sql.slice(0, at),
      retype: sql[at] ?? "",
      after: sql.slice(at + 1),
    };
  });
  const keys = new Set(roots.map(({ key }) => key));
  for (const [i, root] of roots.entries()) {
    const { table, after } = parts[i] as (typeof parts)[number];
    const leave = `ALTER TABLE ${table} NO INHERIT ${parent}`;
    root.sql = [leave, ...(root === last ? [`DROP TABLE ${parent}`] : []), ...after];
    for (const key of root.after) if (!keys.has(key)) first.after.add(key);
    if (i > 0) root.after.add((roots[i - 1] as Action).key);
  }
  const { table, retype } = parts[0] as (typeof parts)[number];
  first.sql = [
    ...parts.flatMap(({ before }) => before),
    `CREATE TABLE ${parent} (${name} ${type}${collation ? ` COLLATE ${collation}` : ""})`,
    ...parts.map((part) => `ALTER TABLE ${part.table} INHERIT ${parent}`),
    retype.replace(` ${table} `, ` ${parent} `),
    ...first.sql,
  ];
  for (const key of keys) first.after.delete(key);
}
