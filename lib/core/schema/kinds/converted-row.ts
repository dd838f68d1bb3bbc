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
  return {
    ...arrayFunctions(name, from, to, one),
    value: (column: string) => `${name}(${column})`,
  };
}

/**
 * Functions `name` from one type of arrays to another. Arrays of arrays are taken apart to a plain one and put together
 * again by their lengths.
 * @param one the new value of `$1[i]`
 */
export function arrayFunctions(name: string, from: string, to: string, one: string) {
  const define = (parameters: string, body: string) =>
    `CREATE FUNCTION ${name}(${parameters}) RETURNS ${to} LANGUAGE sql AS $dbmigrator$ SELECT ${body} $dbmigrator$`;
  const plain = `ARRAY(SELECT ${one} FROM pg_catalog.generate_subscripts($1, 1) i ORDER BY i)`;
  const size = "pg_catalog.cardinality($1) / $2[1]";
  const parts = `ARRAY(SELECT ${name}($1[k * (${size}) + 1 : (k + 1) * (${size})], $2[2:]) FROM pg_catalog.generate_series(0, $2[1] - 1) k ORDER BY k)`;
  const lengths =
    "ARRAY(SELECT pg_catalog.array_length($1, d) FROM pg_catalog.generate_series(1, pg_catalog.array_ndims($1)) d ORDER BY d)";
  return {
    create: [
      define(
        `${from}, integer[]`,
        `CASE WHEN pg_catalog.cardinality($2) > 1 THEN ${parts} ELSE ${plain} END`,
      ),
      define(
        from,
        `CASE WHEN $1 IS NOT NULL THEN ${name}(ARRAY(SELECT pg_catalog.unnest($1)), ${lengths}) END`,
      ),
    ],
    drop: [`DROP FUNCTION ${name}(${from})`, `DROP FUNCTION ${name}(${from}, integer[])`],
  };
}
