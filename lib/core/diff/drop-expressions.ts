import { relationOf } from "../schema/kinds/column";
import { attachPartition, tableBody } from "../schema/kinds/table";
import type { Fact, FactId } from "../schema/types";
import type { Action, Actions, Planning } from "./actions";
import { parentsThroughout } from "./by-itself";
import { groupByWhatIsBelow } from "./common-children";

const DROPS = / ALTER COLUMN \S.* DROP EXPRESSION$/;
const drops = (sql: string) => DROPS.test(sql);

/**
 * PostgreSQL drops the expression of a column in a table and in those right below it, and neither further down nor
 * where a child has the column from two of them ("must be applied to child tables too", "is not a generated column").
 * Meanwhile each table below has a parent of its own instead of its real ones, so that what it has from them stays
 * inherited; partitions that are further down are detached.
 */
export function dropExpressionsApart(actions: Actions, { around }: Planning): void {
  const roots = [...actions.values()].filter(
    ({ verb, fact, sql }) => verb === "alter" && fact.kind === "column" && sql.some(drops),
  );
  let number = 0;
  for (const group of groupByWhatIsBelow(roots, around)) {
    const tables = tablesOf(group.below, around.to.facts);
    const bare = new Set(group.roots.map(({ fact }) => relationOf(fact)));
    const parents = (table: Fact) => parentsThroughout(table.id, around);
    const deep = tables.filter((table) => parents(table).some((parent) => !bare.has(parent)));
    if (group.roots.length === 1 && deep.length === 0) continue;
    const partitions = tables.some(({ body }) => body.partitionOf !== null);
    const apart = (partitions ? deep : tables).map((table) => {
      number += 1;
      return standAlone(table, parents(table), `${table.schema}.dbmigrator_above_${number}`);
    });
    rewrite(group.roots, apart);
  }
}

interface Apart {
  leave: string[];
  /** What the expression is dropped from. */
  from: string;
  join: string[];
}

function standAlone(table: Fact, parents: string[], above: string): Apart {
  const { name } = table;
  if (tableBody(table).partitionOf !== null)
    return {
      leave: [`ALTER TABLE ${parents[0]} DETACH PARTITION ${name}`],
      from: name,
      join: [attachPartition(table)],
    };
  return {
    leave: [
      `CREATE TABLE ${above} (LIKE ${name} INCLUDING CONSTRAINTS INCLUDING GENERATED)`,
      `ALTER TABLE ${name} INHERIT ${above}`,
      ...parents.map((parent) => `ALTER TABLE ${name} NO INHERIT ${parent}`),
    ],
    from: above,
    join: [
      ...parents.map((parent) => `ALTER TABLE ${name} INHERIT ${parent}`),
      `ALTER TABLE ${name} NO INHERIT ${above}`,
      `DROP TABLE ${above}`,
    ],
  };
}

function rewrite(roots: readonly Action[], apart: readonly Apart[]): void {
  const first = roots[0] as Action;
  const keys = new Set(roots.map(({ key }) => key));
  const column = first.fact.name;
  const dropped = roots.flatMap(({ sql }) => sql.filter(drops));
  for (const root of roots) {
    root.sql = root.sql.filter((sql) => !drops(sql));
    for (const key of root.after) if (!keys.has(key)) first.after.add(key);
    if (root !== first) root.after.add(first.key);
  }
  for (const key of keys) first.after.delete(key);
  first.sql = [
    ...[...apart].reverse().flatMap(({ leave }) => leave),
    ...dropped,
    ...apart.map(({ from }) => `ALTER TABLE ${from} ALTER COLUMN ${column} DROP EXPRESSION`),
    ...apart.flatMap(({ join }) => join),
    ...first.sql,
  ];
}

function tablesOf(columns: ReadonlySet<FactId>, facts: ReadonlyMap<FactId, Fact>): Fact[] {
  return [...columns].flatMap((id) => {
    const table = facts.get(facts.get(id)?.parent ?? "");
    return table?.kind === "table" ? [table] : [];
  });
}
