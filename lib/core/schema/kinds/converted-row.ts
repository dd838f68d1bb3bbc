import type { Surroundings } from "../types";
import { needsText } from "./built-in-casts";
import { attributes } from "./composite";

/**
 * A value of one composite type in another one, attribute by attribute: as text they would go by place, and be refused
 * where there are more or fewer. null: other types, or no name that both have.
 */
export function convertedRow(value: string, from: string, to: string, around: Surroundings): string | null {
  const was = around.from.facts.get(`composite:${from}`);
  const is = around.to.facts.get(`composite:${to}`);
  if (!was || !is) return null;
  const had = new Map(attributes(was).map((one) => [one.name, one.type]));
  if (!attributes(is).some(({ name }) => had.has(name))) return null;
  const values = attributes(is).map(({ name, type }) => {
    const before = had.get(name);
    const part = `(${value}).${name}`;
    if (before === undefined || before === type) return before === undefined ? "NULL" : part;
    // Types that people made, which have their schema before their name, rarely have casts to one another.
    const step = needsText(before, type) || [before, type].some((one) => one.includes(".")) ? "::text" : "";
    return convertedRow(part, before, type, around) ?? `${part}${step}::${type}`;
  });
  // A row of nothing but nulls is a value too.
  return `CASE WHEN ${value} IS DISTINCT FROM NULL THEN ROW(${values.join(", ")})::${to} END`;
}

/** For an array of them, USING takes no subquery: a function of the moment does. */
export function convertRows(from: string, to: string, around: Surroundings) {
  const [a, b] = [from, to].map((type) => (type.endsWith("[]") ? type.slice(0, -2) : ""));
  const one = a && b && a !== b ? convertedRow("$1[i]", a, b, around) : null;
  // What is set aside for another type of its name has another name by then.
  if (one === null || around.to.facts.has(`composite:${a}`)) return null;
  const name = `${around.to.facts.get(`composite:${b}`)?.schema}.dbmigrator_converted`;
  const all = `ARRAY(SELECT ${one} FROM pg_catalog.generate_subscripts($1, 1) i ORDER BY i)`;
  return {
    create: `CREATE FUNCTION ${name}(${from}) RETURNS ${to} LANGUAGE sql AS $dbmigrator$ SELECT CASE WHEN $1 IS NOT NULL THEN ${all} END $dbmigrator$`,
    drop: `DROP FUNCTION ${name}(${from})`,
    value: (column: string) => `${name}(${column})`,
  };
}
