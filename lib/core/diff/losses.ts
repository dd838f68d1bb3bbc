import { type ColumnBody, relationOf } from "../schema/kinds/column";
import { isMoved } from "../schema/kinds/moved-column";
import { columnsOf, tableBody } from "../schema/kinds/table";
import { rebuildsOf } from "../schema/rebuilds";
import type { Fact, FactId, Surroundings } from "../schema/types";
import type { Action } from "./actions";
import type { HeldRows } from "./held-rows";
import { partitionMoves } from "./partition-moves";
import { fillKey } from "./rebuild-actions";

/** Rows or values that a plan destroys: of a table, a column, what a sequence gave out; or values converted. */
export interface Loss {
  kind: "table" | "column" | "sequence" | "conversion";
  id: FactId;
  name: string;
  /** Of a conversion. */
  from?: string;
  to?: string;
}

/** What this action destroys for good: not what its definition would make again. */
export function lossesOf(action: Action, around: Surroundings): Loss[] {
  const { verb, fact } = action;
  if (action.sql.length === 0) return [];
  if (action.key === fillKey(fact.id)) return lossesOfCopy(fact, around);
  if (verb === "alter") return fact.kind === "column" ? listed(conversionOf(fact, around)) : [];
  if (verb !== "drop") return [];
  return fact.kind === "extension" ? lossesOfExtension(fact, around) : listed(lossOfDrop(fact, around));
}

/** DROP EXTENSION takes its tables along, their rows too, whoever put them there. */
function lossesOfExtension({ id }: Fact, { from }: Surroundings): Loss[] {
  return [...from.members.values()].flatMap(({ extension, fact }) => {
    const goes = extension === id && fact.kind === "table" && !from.facts.has(fact.id);
    return goes && tableBody(fact).kind !== "f" ? [{ kind: "table", id: fact.id, name: fact.name }] : [];
  });
}

/** JSON takes a JSON null inside of a row for no value, and what the row type no longer has goes. */
export function lossesOfHeld({ columns }: HeldRows): Loss[] {
  return columns.map((column) => {
    const { type } = column.body as unknown as ColumnBody;
    const name = `${relationOf(column)}.${column.name}`;
    return { kind: "conversion", id: column.id, name, from: type, to: "JSON and back" };
  });
}

const listed = (loss: Loss | null) => (loss === null ? [] : [loss]);

/** Columns that a rebuilt table does not have any more, and those that take another type. */
function lossesOfCopy(table: Fact, around: Surroundings): Loss[] {
  return columnsOf(around.from, table.id).flatMap((column) => {
    const next = around.to.facts.get(column.id);
    return listed(next ? conversionOf(next, around) : lossOfDrop(column, around));
  });
}

function lossOfDrop(fact: Fact, around: Surroundings): Loss | null {
  if (rebuildsOf(around).old.has(fact.id) || partitionMoves(around).covered.has(fact.id)) return null;
  if (fact.kind === "table" && tableBody(fact).kind !== "f")
    return { kind: "table", id: fact.id, name: fact.name };
  if (fact.kind === "sequence") return { kind: "sequence", id: fact.id, name: fact.name };
  const b = fact.body as unknown as ColumnBody;
  if (fact.kind === "column" && isMoved(fact, around)) return null;
  if (fact.kind !== "column" || b.generated !== "" || !["r", "p"].includes(b.of)) return null;
  return { kind: "column", id: fact.id, name: `${relationOf(fact)}.${fact.name}` };
}

function conversionOf(fact: Fact, around: Surroundings): Loss | null {
  const old = around.from.facts.get(fact.id);
  if (!old) return null;
  const [a, b] = [old.body as unknown as ColumnBody, fact.body as unknown as ColumnBody];
  if (!["r", "p"].includes(b.of) || b.generated !== "" || a.type === b.type) return null;
  if (keepsValues(a.type, b.type)) return null;
  return {
    kind: "conversion",
    id: fact.id,
    name: `${relationOf(fact)}.${fact.name}`,
    from: a.type,
    to: b.type,
  };
}

/** Each type holds every value of those before it. */
const WIDER: readonly (readonly string[])[] = [
  ["smallint", "integer", "bigint", "numeric"],
  ["real", "double precision"],
  ["date", "timestamp without time zone"],
  ["cidr", "inet"],
  ["json", "jsonb"],
];

/**
 * Whether a conversion of values of one type to the other loses none of them, and can be turned round. Character
 * types that become shorter refuse what does not fit.
 */
function keepsValues(from: string, to: string): boolean {
  if (to === "text" || from.endsWith("[]") !== to.endsWith("[]")) return to === "text";
  const [a, b] = [from.replace(/\[\]$/, ""), to.replace(/\[\]$/, "")];
  const character = /^character varying/;
  if (character.test(b) && (character.test(a) || a === "text")) return true;
  const row = WIDER.find((types) => types.includes(a) && types.includes(b));
  if (row) return row.indexOf(a) <= row.indexOf(b);
  const [before, after] = [numericOf(a), numericOf(b)];
  if (before && b === "numeric") return true;
  return before !== null && after !== null && before.scale <= after.scale && before.whole <= after.whole;
}

function numericOf(type: string): { whole: number; scale: number } | null {
  const [, precision, scale = "0"] = /^numeric\((\d+)(?:,(-?\d+))?\)$/.exec(type) ?? [];
  if (precision === undefined) return null;
  return { whole: Number(precision) - Number(scale), scale: Number(scale) };
}
