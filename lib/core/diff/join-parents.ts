import { type ColumnBody, hasFromKeptParent } from "../schema/kinds/column";
import { isMoved } from "../schema/kinds/moved-column";
import { commentNotNull, type NotNullConstraint, stateOf } from "../schema/kinds/not-null";
import {
  attachTable,
  columnsOf,
  hasConstraint,
  inheritedCheck,
  keptParents,
  tableBody,
} from "../schema/kinds/table";
import type { Fact, Snapshot, Surroundings } from "../schema/types";

const columnBody = (fact: Fact) => fact.body as unknown as ColumnBody;

/** What a table must have before it joins its parent, and the statement that takes it off where it has it itself. */
interface Handed {
  add: string;
  takenOff: string[];
  /** What is said of it once it is there. */
  said: string[];
}

/** A table that joins a partitioned table or other parents, with what it must have for that. */
export function joinParents(old: Fact | undefined, table: Fact, around: Surroundings): string[] {
  const join = attachTable(old, table, around);
  if (join.length === 0) return [];
  // Of a partition, what its parent has too becomes the parent's.
  if (old === undefined || tableBody(table).partitionOf !== null)
    return [...missingChecks(table, old, around), ...join];
  const handed = [...handedNotNulls(table, around), ...handedChecks(old, table, around)];
  return handed.length === 0 ? join : throughOurParent(table, handed, join, around.to);
}

/**
 * What a table has when it joins its parent, PostgreSQL would go on calling the table's own. What came from a parent
 * of ours is inherited, and stays so when that one is left, since the real one brings it too (docs: ALTER TABLE).
 */
function throughOurParent(table: Fact, handed: Handed[], join: string[], snapshot: Snapshot): string[] {
  const parent = `${table.schema}.dbmigrator_parent`;
  const columns = columnsOf(snapshot, table.id).filter((column) => columnBody(column).generated === "");
  const types = columns.map((column) => {
    const { type, collation } = columnBody(column);
    return `${column.name} ${type}${collation ? ` COLLATE ${collation}` : ""}`;
  });
  return [
    ...handed.flatMap(({ takenOff }) => takenOff),
    `CREATE TABLE ${parent} (${types.join(", ")})`,
    `ALTER TABLE ${table.name} INHERIT ${parent}`,
    ...handed.map(({ add }) => `ALTER TABLE ${parent} ADD ${add}`),
    ...join,
    `ALTER TABLE ${table.name} NO INHERIT ${parent}`,
    `DROP TABLE ${parent}`,
    ...handed.flatMap(({ said }) => said),
  ];
}

/** PostgreSQL 18: a NOT NULL that the table is to have from parents alone that it joins, after everything else. */
export function joinsNotNull(column: Fact, around: Surroundings): boolean {
  const { from, to } = around;
  const b = columnBody(column);
  const [was, is] = [from, to].map(({ facts }) => facts.get(column.parent ?? ""));
  if (was?.kind !== "table" || is?.kind !== "table" || tableBody(is).partitionOf !== null) return false;
  return b.notNullInherited && b.generated === "" && !hasFromKeptParent(column, was, is, around, to);
}

/** PostgreSQL 18 knows whether a NOT NULL is the table's own. */
function handedNotNulls(table: Fact, around: Surroundings): Handed[] {
  const { from, to } = around;
  return columnsOf(to, table.id).flatMap((column) => {
    if (!joinsNotNull(column, around)) return [];
    const b = columnBody(column);
    const constraint = stateOf(b) as NotNullConstraint;
    const was = from.facts.get(column.id);
    const own = was !== undefined && columnBody(was).notNull;
    const state = constraint.notValid ? " NOT VALID" : "";
    return {
      add: `CONSTRAINT ${constraint.name} NOT NULL ${column.name}${state}`,
      takenOff: own ? [`ALTER TABLE ${table.name} ALTER COLUMN ${column.name} DROP NOT NULL`] : [],
      said: constraint.comment === null ? [] : [commentNotNull(constraint, table.name)],
    };
  });
}

function handedChecks(old: Fact, table: Fact, around: Surroundings): Handed[] {
  const { from, to } = around;
  // A check goes with the column that was set aside.
  const dropped = columnsOf(to, table.id).some((column) => isMoved(column, around)) ? " IF EXISTS" : "";
  return tableBody(table).inheritedConstraints.flatMap((name) => {
    const definition = staysInherited(old, table, name, around, to) ? null : inheritedCheck(table, name, to);
    if (definition === null) return [];
    const own = hasConstraint(old, name, from);
    return {
      add: `CONSTRAINT ${name} ${definition}`,
      takenOff: own ? [`ALTER TABLE ${table.name} DROP CONSTRAINT${dropped} ${name}`] : [],
      said: [],
    };
  });
}

/** A partition must have the checks of its parent before it is attached. */
function missingChecks(table: Fact, old: Fact | undefined, { from, to }: Surroundings): string[] {
  return tableBody(table).inheritedConstraints.flatMap((name) => {
    const had = old && hasConstraint(old, name, from);
    const definition = had ? null : inheritedCheck(table, name, to);
    return definition === null ? [] : [`ALTER TABLE ${table.name} ADD CONSTRAINT ${name} ${definition}`];
  });
}

/** A constraint that the table has from a parent that it keeps. */
export function staysInherited(
  from: Fact,
  to: Fact,
  name: string,
  around: Surroundings,
  snapshot: Snapshot,
): boolean {
  return keptParents(from, to, around).some((parent) =>
    hasConstraint(snapshot.facts.get(`table:${parent}`), name, snapshot),
  );
}
