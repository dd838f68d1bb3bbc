import { kindOf } from "../schema/kinds/all";
import { type ColumnBody, relationOf } from "../schema/kinds/column";
import { attributes } from "../schema/kinds/composite";
import { dependantsOf } from "../schema/lookups";
import type { Fact, Surroundings } from "../schema/types";

/** Whether a change of this fact makes PostgreSQL refuse what looks at it: a column's type, a composite's attributes. */
export function isRetype(from: Fact, to: Fact): boolean {
  if (from.kind === "column") {
    const [a, b] = [from.body as unknown as ColumnBody, to.body as unknown as ColumnBody];
    return (
      a.type !== b.type ||
      a.collation !== b.collation ||
      (a.generated !== "" && a.expression !== b.expression)
    );
  }
  if (from.kind === "composite") return JSON.stringify(from.body) !== JSON.stringify(to.body);
  // A type that is swapped under its columns.
  return (
    ["enum", "domain", "range"].includes(from.kind) &&
    kindOf(from.kind).alter?.(from, to, null as never) === "replace"
  );
}

/**
 * Swaps a type under the columns that use it before and after: renames the old one, creates the new one, retypes
 * the columns with their values and drops the old one. null: no column uses it on both sides.
 */
export function retypeThrough(from: Fact, to: Fact, around: Surroundings): string[] | null {
  if (!["enum", "composite", "range", "domain"].includes(from.kind)) return null;
  const users = dependantsOf(around.from, from.id)
    .filter((id) => id.startsWith("column:") && around.to.facts.get(id)?.deps.includes(to.id))
    .map((id) => around.from.facts.get(id) as Fact);
  if (users.length === 0) return null;
  const old = "dbmigrator_replaced";
  const noun = kindOf(from.kind).keyword;
  return [
    `ALTER ${noun} ${from.name} RENAME TO ${old}`,
    ...kindOf(to.kind).create(to, around),
    ...(from.kind === "composite"
      ? movedByName(from, to, users, around)
      : users.map((column) => retypeColumn(around.to.facts.get(column.id) ?? column))),
    `DROP ${noun} ${to.schema}.${old}`,
  ];
}

function retypeColumn(column: Fact): string {
  const type = (column.body as unknown as ColumnBody).type;
  const through = type.endsWith("[]") ? "text[]" : "text";
  return `ALTER TABLE ${relationOf(column)} ALTER COLUMN ${column.name} TYPE ${type} USING ${column.name}::${through}::${type}`;
}

/** Values of a composite type go attribute by attribute: as text they would go by place, into whatever stands there now. */
function movedByName(from: Fact, to: Fact, users: readonly Fact[], around: Surroundings): string[] {
  const [old, name] = [`${to.schema}.dbmigrator_replaced`, `${to.schema}.dbmigrator_moved`];
  const had = new Map(attributes(from).map((one) => [one.name, one.type]));
  const values = attributes(to).map(({ name, type }) => {
    if (!had.has(name)) return "NULL";
    return `($1).${name}${had.get(name) === type ? "" : `::${type}`}`;
  });
  const body = (sql: string) => `LANGUAGE sql AS $dbmigrator$ ${sql} $dbmigrator$`;
  return [
    `CREATE FUNCTION ${name}(${old}) RETURNS ${to.name} ${body(`SELECT CASE WHEN $1 IS DISTINCT FROM NULL THEN ROW(${values.join(", ")})::${to.name} END`)}`,
    `CREATE FUNCTION ${name}(${old}[]) RETURNS ${to.name}[] ${body(`SELECT CASE WHEN $1 IS NOT NULL THEN ARRAY(SELECT ${name}($1[i]) FROM pg_catalog.generate_subscripts($1, 1) i ORDER BY i) END`)}`,
    ...users.map((user) => {
      const column = around.to.facts.get(user.id) ?? user;
      const { type } = column.body as unknown as ColumnBody;
      return `ALTER TABLE ${relationOf(column)} ALTER COLUMN ${column.name} TYPE ${type} USING ${name}(${column.name})`;
    }),
    `DROP FUNCTION ${name}(${old}[])`,
    `DROP FUNCTION ${name}(${old})`,
  ];
}
