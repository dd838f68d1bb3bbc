import type { Fact, FactId, Snapshot, Surroundings } from "../types";
import { type ColumnBody, generatedClause, inlineDefault, relationOf } from "./column";
import { addNotNull, stateOf } from "./not-null";
import { columnsBelow } from "./not-null-below";
import { keptParents } from "./table";

const body = (fact: Fact) => fact.body as unknown as ColumnBody;
const asideName = (column: Fact) => `dbmigrator_set_aside_${body(column).position}`;

/**
 * A column that the child had by itself and is to have from its parent alone. PostgreSQL would go on calling it the
 * child's own, so its values move to one that comes from a parent: set aside, made by the parent, filled, dropped.
 */
export function isMoved(column: Fact, around: Surroundings): boolean {
  return bringers(column, around).length > 0 || joinsAbove(column, around).length > 0;
}

function parentsOf(table: FactId | null, around: Surroundings) {
  const [was, is] = [around.from, around.to].map(({ facts }) => facts.get(table ?? ""));
  const [before, after] = [was, is].map((one) => (one?.body.inherits as string[] | undefined) ?? []);
  const kept = was?.kind === "table" && is?.kind === "table" ? keptParents(was, is, around) : [];
  return { before: before ?? [], after: after ?? [], kept };
}

/** Own before, at least once its parents are left, or not there at all, and from a parent alone afterwards. */
function becomesInherited({ id }: Fact, around: Surroundings): boolean {
  const [was, is] = [around.from, around.to].map(({ facts }) => facts.get(id));
  if (is === undefined || body(is).local) return false;
  if (was === undefined) return around.from.facts.has(is.parent ?? "");
  if (hasOtherParentsBelow(was, around)) return false;
  return body(was).local || (leavesAbove(was, around) && computesOtherwise(was, is, around));
}

/** Whether a table below has the column from elsewhere too: PostgreSQL then refuses to rename or drop it here. */
function hasOtherParentsBelow(column: Fact, around: Surroundings): boolean {
  const snapshot = around.from;
  const within = new Set([relationOf(column)]);
  const open = columnsBelow(column, snapshot);
  for (const below of open) {
    if (within.has(relationOf(below))) continue;
    within.add(relationOf(below));
    open.push(...columnsBelow(below, snapshot));
  }
  return open.some(({ parent }) => {
    const { before, kept } = parentsOf(parent, around);
    // What it leaves is left by then.
    const parents = around.to.facts.has(parent ?? "") ? kept : before;
    return parents.some(
      (other) => !within.has(other) && snapshot.facts.has(`column:${other}.${column.name}`),
    );
  });
}

/** Whether its table leaves all parents that it has the column from. */
function leavesAbove(was: Fact, around: Surroundings): boolean {
  const { before, kept } = parentsOf(was.parent, around);
  const above = before.filter((parent) => around.from.facts.has(`column:${parent}.${was.name}`));
  return above.length > 0 && !above.some((parent) => kept.includes(parent));
}

function computesOtherwise(was: Fact, is: Fact, around: Surroundings): boolean {
  const computed = [was, is].some((one) => body(one).generated !== "");
  return computed && !computesTheSame(was, is, around);
}

/** Parents that the table keeps and that get the column now. */
export function bringers(column: Fact, around: Surroundings): string[] {
  if (!around.from.facts.has(column.id) || !becomesInherited(column, around)) return [];
  const id = (parent: string) => `column:${parent}.${column.name}`;
  return parentsOf(column.parent, around).kept.filter(
    (parent) => around.to.facts.has(id(parent)) && !around.from.facts.has(id(parent)),
  );
}

/** Parents that the table joins, where none that it keeps brings the column. */
export function joinsAbove(column: Fact, around: Surroundings): string[] {
  if (!["r", "f"].includes(body(column).of) || !becomesInherited(column, around)) return [];
  const was = around.from.facts.get(column.id);
  // A rename goes down to those below, and what is theirs too could not be dropped again.
  const shared = was && columnsBelow(was, around.from).some((below) => body(below).local);
  if (shared || (was && body(was).identity !== "")) return [];
  const { after, kept } = parentsOf(column.parent, around);
  const above = after.filter((parent) => around.to.facts.has(`column:${parent}.${column.name}`));
  return above.some((parent) => kept.includes(parent)) ? [] : above;
}

/** Of a foreign table nothing has to be kept, its rows are elsewhere, nor of what is generated. */
function isKept(column: Fact, { to }: Surroundings): boolean {
  return body(column).of !== "f" && to.facts.get(column.id)?.body.generated === "";
}

export function setAside(column: Fact, around: Surroundings): string[] {
  const table = relationOf(column);
  if (!isKept(column, around))
    return [`ALTER ${body(column).of === "f" ? "FOREIGN " : ""}TABLE ${table} DROP COLUMN ${column.name}`];
  return [`ALTER TABLE ${table} RENAME COLUMN ${column.name} TO ${asideName(column)}`];
}

/**
 * Columns that a table has from parents that it leaves and from others that it joins later: they would be its own in
 * between, and remain so. A parent of ours brings them until then.
 */
function broughtThroughout(table: Fact, around: Surroundings): Fact[] {
  const { from, to } = around;
  const { before, after, kept } = parentsOf(table.id, around);
  if (before.length === 0 || after.length === kept.length) return [];
  return (from.children.get(table.id) ?? []).filter((was) => {
    const is = was.kind === "column" ? to.facts.get(was.id) : undefined;
    if (!is || [was, is].some((one) => body(one).local)) return false;
    if (computesOtherwise(was, is, around)) return false;
    // A type that is made anew under its name is given to the columns of the table itself.
    const within = (id: FactId) => id === table.id || from.facts.get(id)?.parent === table.id;
    const stays = body(was).type !== body(is).type || was.deps.every(within);
    return stays && !kept.some((parent) => from.facts.has(`column:${parent}.${was.name}`));
  });
}

/** Of the same columns, which stay as they are. */
function computesTheSame(was: Fact, is: Fact, around: Surroundings): boolean {
  const [a, b] = [body(was), body(is)];
  if (a.generated !== b.generated || a.expression !== b.expression || a.type !== b.type) return false;
  return columnsOfExpression(is, around.to).every((column) => {
    const old = around.from.facts.get(column.id);
    return (
      old !== undefined && body(old).type === body(column).type && body(old).local === body(column).local
    );
  });
}

/** Of a column that a parent of ours brings for the moment, the type is changed there. */
export function retypeWhereBrought(statements: string[], column: Fact, around: Surroundings): string[] {
  const table = around.from.facts.get(column.parent ?? "");
  if (table?.kind !== "table" || !broughtThroughout(table, around).some(({ id }) => id === column.id))
    return statements;
  const alter = (name: string) => `ALTER TABLE ${name} ALTER COLUMN ${column.name} TYPE `;
  const there = alter(bringer(table, around));
  return statements.map((sql) =>
    sql.startsWith(alter(table.name)) ? there + sql.slice(alter(table.name).length) : sql,
  );
}

function bringer(table: Fact, { from }: Surroundings): string {
  return `${table.schema}.dbmigrator_parent_${[...from.children.keys()].indexOf(table.id)}`;
}

/** Before the table leaves its parents. */
export function joinBringer(table: Fact, around: Surroundings): string[] {
  const brought = broughtThroughout(table, around);
  if (brought.length === 0) return [];
  const all = new Set([...brought, ...brought.flatMap((column) => columnsOfExpression(column, around.from))]);
  const columns = [...all].map((column) => [plain(column), ...generatedClause(body(column))].join(" "));
  const parent = bringer(table, around);
  return [`CREATE TABLE ${parent} (${columns.join(", ")})`, `ALTER TABLE ${table.name} INHERIT ${parent}`];
}

/** Once it has its new ones. */
export function leaveBringer(table: Fact, around: Surroundings): string[] {
  if (broughtThroughout(table, around).length === 0) return [];
  const parent = bringer(table, around);
  return [`ALTER TABLE ${table.name} NO INHERIT ${parent}`, `DROP TABLE ${parent}`];
}

/** A parent of ours that stands in for the real one, which is joined at the end. */
function standIn(column: Fact, { from, to }: Surroundings): string {
  const table = from.facts.get(column.parent ?? "");
  const number = [...from.children.keys()].indexOf(column.parent ?? "");
  const { position } = body(to.facts.get(column.id) as Fact);
  return `${table?.schema}.dbmigrator_parent_${number}_${position}`;
}

function plain(column: Fact): string {
  const { type, collation } = body(column);
  return `${column.name} ${type}${collation ? ` COLLATE ${collation}` : ""}`;
}

/** Columns of its table that a generated one is computed of. */
function columnsOfExpression(column: Fact, snapshot: Snapshot): Fact[] {
  if (body(column).generated === "") return [];
  return column.deps.flatMap((id) => {
    const other = snapshot.facts.get(id);
    return other?.kind === "column" && other.parent === column.parent ? [other] : [];
  });
}

export function takenFromParent(column: Fact, around: Surroundings): string[] {
  if (joinsAbove(column, around).length === 0) return [];
  const parent = standIn(column, around);
  // A new column needs its default for the rows that are there; what is moved has values.
  const value = around.from.facts.has(column.id) ? "" : inlineDefault(column, around.to);
  return [
    `CREATE TABLE ${parent} (${columnsOfExpression(column, around.to).map(plain).join(", ")})`,
    `ALTER TABLE ${relationOf(column)} INHERIT ${parent}`,
    `ALTER TABLE ${parent} ADD COLUMN ${[plain(column), ...generatedClause(body(column))].join(" ")}${value}`,
  ];
}

/** Once the table has its real parents. */
export function leaveStandIns(table: Fact, around: Surroundings): string[] {
  if (parentsOf(table.id, around).after.length === 0) return [];
  return (around.to.children.get(table.id) ?? []).flatMap((column) => {
    if (column.kind !== "column" || joinsAbove(column, around).length === 0) return [];
    const parent = standIn(column, around);
    return [`ALTER TABLE ${table.name} NO INHERIT ${parent}`, `DROP TABLE ${parent}`];
  });
}

export function fillMoved(column: Fact, around: Surroundings): string[] {
  if (!isMoved(column, around)) return [];
  const was = around.from.facts.get(column.id);
  const [table, b] = [relationOf(column), body(column)];
  const own = b.notNullInherited ? null : stateOf(b);
  const named = own !== null && !own.notValid && around.to.version >= 180000;
  return [
    ...(was && isKept(column, around)
      ? [
          `UPDATE ${table} SET ${column.name} = ${asideName(was)}${body(was).type === b.type ? "" : `::${b.type}`}`,
          `ALTER TABLE ${table} DROP COLUMN ${asideName(was)}`,
        ]
      : []),
    ...(named ? [addNotNull(own, `ALTER TABLE ${table}`, column.name)] : []),
  ];
}
