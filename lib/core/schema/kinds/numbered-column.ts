import { literal } from "../sql-text";
import type { Fact, Surroundings } from "../types";
import { addColumn, type ColumnBody, identityClause, ownIdentity, relationOf } from "./column";
import { belongsBefore, columnsBelow } from "./not-null-below";
import { newSequenceOptions, type SequenceNumbers } from "./sequence";

const body = (fact: Fact) => fact.body as unknown as ColumnBody;

/**
 * Whether PostgreSQL refuses to add this identity column at once ("cannot recursively add identity column to table
 * that has child tables"): from 17 on partitions have their parent's identity.
 */
export function needsNumbersBelow(column: Fact, around: Surroundings): boolean {
  if (ownIdentity(body(column)) === "" || (body(column).of === "p" && around.to.version >= 170000))
    return false;
  return columnsBelow(column, around.to).some((below) => belongsBefore(below, column, around));
}

/**
 * An identity column of a table that others inherit from. Its numbers, of those below too, come from a sequence of
 * ours first: there they are NOT NULL, and have nothing else to hold.
 */
export function addNumbered(column: Fact, around: Surroundings): string[] {
  const b = body(column);
  const table = around.to.facts.get(column.parent ?? "");
  const number = [...around.to.children.keys()].indexOf(column.parent ?? "");
  const numbers = `${table?.schema}.dbmigrator_numbers_${number}_${b.position}`;
  const on = `ALTER TABLE ONLY ${relationOf(column)} ALTER COLUMN ${column.name}`;
  const plain = { ...column, body: { ...column.body, identity: "" } };
  const options = newSequenceOptions(b.sequence as SequenceNumbers);
  return [
    [`CREATE SEQUENCE ${numbers}`, ...options].join(" "),
    addColumn(plain, around, ` DEFAULT nextval(${literal(numbers)})`),
    ...[column, ...givenBelow(column, around)].map(
      (one) => `ALTER TABLE ONLY ${relationOf(one)} ALTER COLUMN ${one.name} DROP DEFAULT`,
    ),
    `${on} ADD ${identityClause(column, around)}`,
    `SELECT pg_catalog.setval(${literal(b.sequenceName ?? "")}, last_value, is_called) FROM ${numbers}`,
    `DROP SEQUENCE ${numbers}`,
  ];
}

/** What the tables below have from this column alone. */
function givenBelow(column: Fact, around: Surroundings): Fact[] {
  return columnsBelow(column, around.to)
    .filter((below) => !body(below).local && belongsBefore(below, column, around))
    .flatMap((below) => [below, ...givenBelow(below, around)]);
}
