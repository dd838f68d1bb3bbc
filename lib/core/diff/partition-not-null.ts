import { type ColumnBody, relationOf } from "../schema/kinds/column";
import { addNotNull, commentNotNull, type NotNullConstraint, stateOf } from "../schema/kinds/not-null";
import { columnsBelow } from "../schema/kinds/not-null-below";
import { tableBody } from "../schema/kinds/table";
import { dependantsOf } from "../schema/lookups";
import type { Fact, FactId, Snapshot, Surroundings } from "../schema/types";
import { type Action, type Actions, keyOf, type Planning } from "./actions";
import { parentsThroughout } from "./by-itself";

const columnBody = (fact: Fact | undefined) => fact?.body as unknown as ColumnBody;
const RENAMES = / RENAME CONSTRAINT /;
/** Of a column's constraints only NOT NULL is its own business. */
const NAMES = /^COMMENT ON CONSTRAINT | RENAME CONSTRAINT /;

/**
 * From 18 on a partition calls its NOT NULL as it likes when it is attached, and cannot be told otherwise later
 * ("cannot rename inherited constraint"); a retype of the whole gives all of them the whole's name. Where the names
 * would end up wrong, the whole gives up its NOT NULL and each partition gets its own back first.
 */
export function namePartitionNotNulls(actions: Actions, { around }: Planning): void {
  if (around.from.version < 180000) return;
  const done = new Set<FactId>();
  for (const { verb, fact } of [...actions.values()]) {
    if (verb !== "alter" || fact.kind !== "column" || columnBody(fact).of === "v") continue;
    const whole = wholeOf(fact, around);
    if (done.has(whole.id)) continue;
    done.add(whole.id);
    if (columnBody(whole).of === "p") nameBelow(whole, actions, around);
  }
}

/** The column of the table that its table is a part of during the whole plan. */
function wholeOf(column: Fact, around: Surroundings): Fact {
  const table = around.to.facts.get(column.parent ?? "");
  const above = table?.kind === "table" ? tableBody(table).partitionOf : null;
  if (above === null || !parentsThroughout(column.parent, around).includes(above)) return column;
  const parent = around.to.facts.get(`column:${above}.${column.name}`);
  return parent ? wholeOf(parent, around) : column;
}

function nameBelow(whole: Fact, actions: Actions, around: Surroundings): void {
  const [was, is] = [around.from, around.to].map((side) => validName(whole.id, side));
  const below = partsOf(whole, around);
  if (!was || !is || below.length === 0) return;
  const action = actions.get(keyOf("alter", whole.id));
  const retyped = action?.sql.some((sql) => sql.includes(` ALTER COLUMN ${whole.name} TYPE `)) === true;
  const now = ({ id }: Fact) => (retyped ? was.name : validName(id, around.from)?.name);
  const strays = was.name !== is.name && below.some((part) => now(part) !== was.name);
  const wrong = below.some((part) => {
    const name = now(part);
    return (name === was.name ? is.name : name) !== validName(part.id, around.to)?.name;
  });
  const anew = wrong || strays;
  for (const { id } of below) without(anew ? NAMES : RENAMES, actions.get(keyOf("alter", id)));
  if (!anew) return;
  without(NAMES, action);
  if (isHeld(whole, around) || below.some((part) => isHeld(part, around))) return;
  const key = `not null ${whole.id}`;
  const table = around.to.facts.get(whole.parent ?? "") as Fact;
  const add = (column: Fact) => {
    const state = validName(column.id, around.to) as NotNullConstraint;
    const sql = addNotNull(state, `ALTER TABLE ${relationOf(column)}`, column.name);
    return state.comment === null ? [sql] : [sql, commentNotNull(state, relationOf(column))];
  };
  const named = below.filter((part) => validName(part.id, around.to) !== null);
  actions.set(key, {
    ...{ key, verb: "alter", fact: table },
    sql: [
      `ALTER TABLE ${relationOf(whole)} ALTER COLUMN ${whole.name} DROP NOT NULL`,
      ...[...named].reverse().flatMap(add),
      ...add(whole),
    ],
    after: new Set([whole, ...below].map(({ id }) => keyOf("alter", id)).filter((one) => actions.has(one))),
    softAfter: new Set(),
  });
}

/** Columns of its partitions, those above first. */
function partsOf(column: Fact, around: Surroundings): Fact[] {
  return columnsBelow(column, around.to).flatMap((below) => {
    const stays = parentsThroughout(below.parent, around).includes(relationOf(column));
    return stays && around.from.facts.has(below.id) ? [below, ...partsOf(below, around)] : [];
  });
}

function validName(id: FactId, snapshot: Snapshot): NotNullConstraint | null {
  const column = snapshot.facts.get(id);
  const state = column ? stateOf(columnBody(column)) : null;
  return state === null || state.notValid || state.name === "" ? null : state;
}

function without(those: RegExp, action: Action | undefined): void {
  if (action) action.sql = action.sql.filter((sql) => !those.test(sql));
}

/** Keys, identities and replica identities rest on NOT NULL and do not let it go, even for a moment. */
function isHeld(column: Fact, { from, to }: Surroundings): boolean {
  return [from, to].some((side) => {
    const one = side.facts.get(column.id);
    if (!one || columnBody(one).identity !== "") return true;
    if (side.facts.get(column.parent ?? "")?.body.replicaIdentity === "i") return true;
    return dependantsOf(side, column.id).some((id) => side.facts.get(id)?.body.type === "p");
  });
}
