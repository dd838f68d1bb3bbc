import { dependantsOf } from "../lookups";
import type { Fact, Snapshot, Surroundings } from "../types";
import { type ColumnBody, relationOf } from "./column";
import { addNotNull, stateOf } from "./not-null";
import { parentsOf, tableBody } from "./table";

const body = (fact: Fact) => fact.body as unknown as ColumnBody;
const isValid = (column: Fact) => body(column).notNull && body(column).notNullConstraint?.notValid !== true;

/** Statements on NOT NULL that go down to those below, or would. */
export const NOT_NULL = / (ADD CONSTRAINT .* NOT NULL .*|(SET|DROP) NOT NULL)$/;
const ADDS = / (ADD CONSTRAINT .* NOT NULL .*|ALTER CONSTRAINT .*(?<! NO) INHERIT|SET NOT NULL)$/;

/** The same column of partitions and of tables that inherit. */
export function columnsBelow(column: Fact, snapshot: Snapshot): Fact[] {
  const table = relationOf(column);
  return dependantsOf(snapshot, column.parent ?? "").flatMap((id) => {
    const other = id.startsWith("table:") ? snapshot.facts.get(id) : undefined;
    if (!other || !parentsOf(other).includes(table)) return [];
    const below = snapshot.facts.get(`column:${other.name}.${column.name}`);
    return below ? [below] : [];
  });
}

/**
 * Statements on the NOT NULL of a column, with what the columns below it need because of them: a constraint of their
 * own comes first, one that is valid where the parent's is not is validated, a partition keeps what its parent gives up.
 */
export function withThoseBelow(statements: string[], column: Fact, around: Surroundings): string[] {
  const adds = statements.some((sql) => ADDS.test(sql));
  const drops = statements.some((sql) => sql.endsWith(" DROP NOT NULL") && !sql.includes(" ONLY "));
  if (!adds && !drops) return statements;
  const before: string[] = [];
  const after: string[] = [];
  const parents = [column];
  for (let parent = parents.pop(); parent; parent = parents.pop()) {
    for (const one of columnsBelow(parent, around.to)) {
      if (!belongsBefore(one, parent, around)) continue;
      parents.push(one);
      const own = ownConstraint(one, column, around, { adds, drops });
      (adds ? before : after).push(...own);
      const fromHere = comesDown(one, column) && !hasFromElsewhere(one, parent, around);
      if (fromHere && adds && isValid(one) && !isValid(parent) && around.to.version >= 180000)
        after.push(`ALTER TABLE ${relationOf(one)} VALIDATE CONSTRAINT ${body(one).notNullName}`);
    }
  }
  const first = adds && drops ? 1 : 0;
  return [...statements.slice(0, first), ...before, ...statements.slice(first), ...after];
}

/** What it gets from above bears the name that it has there. */
function comesDown(column: Fact, above: Fact): boolean {
  return body(column).notNullInherited || body(column).notNullName === body(above).notNullName;
}

/** Whether another parent made it valid already, under a name that is that parent's. */
function hasFromElsewhere(column: Fact, above: Fact, { from, to }: Surroundings): boolean {
  const table = to.facts.get(column.parent ?? "");
  const sides = from.facts.has(column.parent ?? "") ? [from, to] : [to];
  return (table ? parentsOf(table) : []).some((parent) => {
    const others = sides.map((side) => side.facts.get(`column:${parent}.${column.name}`));
    return parent !== relationOf(above) && others.every((other) => other !== undefined && isValid(other));
  });
}

function ownConstraint(
  column: Fact,
  above: Fact,
  around: Surroundings,
  { adds, drops }: { adds: boolean; drops: boolean },
): string[] {
  const b = body(column);
  const alter = `ALTER TABLE ${relationOf(column)}`;
  const partition = isPartition(column, around.to);
  const old = around.from.facts.get(column.id);
  const was = old === undefined ? null : body(old);
  const state = stateOf(b);
  if (around.to.version < 180000)
    return partition && b.notNull && drops && !adds
      ? [`${alter} ALTER COLUMN ${column.name} SET NOT NULL`]
      : [];
  const had = was?.notNull && !was.notNullInherited && !drops;
  if (adds && had && b.notNullInherited) return [`${alter} ALTER COLUMN ${column.name} DROP NOT NULL`];
  if (adds && had && was.notNullName !== b.notNullName)
    return [`${alter} RENAME CONSTRAINT ${was.notNullName} TO ${b.notNullName}`];
  if (state === null || b.notNullInherited) return [];
  const lost = drops && (partition || was?.notNullInherited === true);
  const isNew = adds && was !== null && !was.notNull;
  // What a partition has from its parent under the parent's name comes with it.
  if ((!lost && !isNew) || (adds && partition && comesDown(column, above))) return [];
  return [addNotNull(state, alter, column.name)];
}

function isPartition(column: Fact, snapshot: Snapshot): boolean {
  const table = snapshot.facts.get(column.parent ?? "");
  return table?.kind === "table" && tableBody(table).partitionOf !== null;
}

/** Whether it is there, below this parent, when the statement runs: partitions are attached late. */
export function belongsBefore(column: Fact, parent: Fact, { from, to }: Surroundings): boolean {
  const [was, is] = [from.facts.get(column.parent ?? ""), to.facts.get(column.parent ?? "")];
  if (was?.kind === "table") return parentsOf(was).includes(relationOf(parent));
  return is?.kind === "table" && tableBody(is).partitionOf === null;
}
