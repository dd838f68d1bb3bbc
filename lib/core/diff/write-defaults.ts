import { kindOf } from "../schema/kinds/all";
import { columnWith, defaultClause } from "../schema/kinds/default";
import { createTable, isWritten, tableBody } from "../schema/kinds/table";
import { factsOfKind } from "../schema/lookups";
import { rebuildsOf } from "../schema/rebuilds";
import type { FactId, Surroundings } from "../schema/types";
import { type Action, keyOf } from "./actions";

/**
 * Writes the defaults of new tables with their columns, as people do, where all that a default needs is there before
 * its table. Until the order is known each is an action of its own: a function may need the table that calls it.
 * @param ordered the plan's actions; as many are answered
 */
export function writeDefaults(ordered: readonly Action[], around: Surroundings): Action[] {
  const places = new Map(ordered.map(({ key }, place) => [key, place]));
  const placeOf = (key: string) => places.get(key) ?? -1;
  // A child would get the default of its parent when it is made.
  const inherited = new Set(factsOfKind(around.to, "table").flatMap((table) => tableBody(table).inherits));
  const values = new Map<Action, Map<FactId, string>>();
  const written = new Set<Action>();
  for (const action of ordered) {
    if (action.verb !== "create" || action.fact.kind !== "default" || !isUsual(action, around)) continue;
    const place = placeOf(keyOf("create", action.fact.parent ?? ""));
    const table = ordered[place];
    const column = around.to.facts.get(columnWith(action.fact));
    if (table?.fact.kind !== "table" || !column || !isWritten(column, table.fact)) continue;
    if (inherited.has(table.fact.name) || rebuildsOf(around).fresh.has(table.fact.id)) continue;
    const isLate = (key: string) => placeOf(key) > place && key !== keyOf("create", column.id);
    const known = values.get(table);
    if ((!known && !isUsual(table, around)) || [...action.after, ...action.softAfter].some(isLate)) continue;
    const those = known ?? new Map<FactId, string>();
    values.set(table, those.set(column.id, defaultClause(action.fact)));
    written.add(action);
  }
  return ordered.map((action) => {
    if (written.has(action)) return { ...action, sql: [] };
    const those = values.get(action);
    if (!those) return action;
    const [create = ""] = createTable(action.fact, around, those);
    return { ...action, sql: [create, ...action.sql.slice(1)] };
  });
}

/** Whether nothing else was made of what its kind says first. */
function isUsual({ fact, sql }: Action, around: Surroundings): boolean {
  return sql[0] === kindOf(fact.kind).create(fact, around)[0];
}
