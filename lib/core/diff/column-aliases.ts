import { tableBody } from "../schema/kinds/table";
import type { Fact, FactId, Snapshot, Surroundings } from "../schema/types";
import { type Action, keyOf } from "./actions";
import { skip } from "./printed";

/** `schema.table alias(a, b)`: names by position, which mean other columns where those stand in another order. */
interface AliasList {
  table: string;
  names: string[];
  /** Of what stands between the brackets. */
  start: number;
  end: number;
}

const NAME = `(?:"(?:[^"]|"")+"|[^\\s"'(),.;]+)`;
const LIST = `(${NAME}\\.${NAME}) ${NAME}\\((${NAME}(?:, ${NAME})*)\\)`;
const ANY_LIST = new RegExp(LIST);
const LIST_HERE = new RegExp(LIST, "y");
const ONE_NAME = new RegExp(NAME, "g");

/**
 * What PostgreSQL prints of a query, with its lists of aliases by column: equal wherever the columns stand.
 * @returns null where it has no such list
 */
export function byColumn(text: string, columnsOf: (table: string) => readonly string[]): string | null {
  const written = rewriteLists(text, ({ table, names }) => {
    const columns = columnsOf(table);
    if (columns.length !== names.length) return names;
    return columns.map((column, i) => `${column}=${names[i]}`).sort();
  });
  return written === text ? null : written;
}

/** The same text for tables whose columns stand otherwise than where it was printed. */
export function forOrder(
  text: string,
  orderOf: (table: string) => { printed: readonly string[]; here: readonly string[] } | null,
): string {
  return rewriteLists(text, ({ table, names }) => {
    const order = orderOf(table);
    if (order === null || order.printed.length !== names.length) return names;
    return order.here.map((column) => names[order.printed.indexOf(column)] ?? column);
  });
}

function rewriteLists(text: string, write: (list: AliasList) => string[]): string {
  if (!ANY_LIST.test(text)) return text;
  let written = "";
  let copied = 0;
  for (const list of listsOf(text)) {
    written += `${text.slice(copied, list.start)}${write(list).join(", ")}`;
    copied = list.end;
  }
  return written + text.slice(copied);
}

function listsOf(text: string): AliasList[] {
  const lists: AliasList[] = [];
  for (let i = 0; i < text.length; ) {
    LIST_HERE.lastIndex = i;
    const found = /[\s(]/.test(text[i - 1] ?? " ") ? LIST_HERE.exec(text) : null;
    if (found === null) {
      i = skip(text, i);
      continue;
    }
    const [whole, table = "", list = ""] = found;
    const end = i + whole.length - 1;
    lists.push({ table, names: list.match(ONE_NAME) ?? [], start: end - list.length, end });
    i = end;
  }
  return lists;
}

const PRINTED = new Set(["view", "materialized_view", "rule"]);

/** Says of each view, rule and policy with such a list what it means, for the comparison. */
export function markByColumn(snapshot: Snapshot): void {
  const columnsOf = (table: string) => columnsInOrder(snapshot, `table:${table}`).map(({ name }) => name);
  for (const { kind, body } of snapshot.facts.values()) {
    const text = PRINTED.has(kind) ? byColumn(String(body.definition), columnsOf) : null;
    if (text !== null) body.byColumn = text;
    if (kind === "policy") markPolicy(body, columnsOf);
  }
}

function markPolicy(body: Fact["body"], columnsOf: (table: string) => readonly string[]): void {
  const texts = [body.using, body.check] as (string | null)[];
  const meant = texts.map((text) => (text === null ? null : byColumn(text, columnsOf)));
  if (meant.some((text) => text !== null)) body.byColumn = meant.map((text, i) => text ?? texts[i]);
}

function columnsInOrder(snapshot: Snapshot, table: FactId): Fact[] {
  const parts = snapshot.children.get(table) ?? [];
  return parts
    .filter(({ kind }) => kind === "column")
    .sort((a, b) => Number(a.body.position) - Number(b.body.position));
}

/** Of a table that stays: its columns as they are printed and as they will stand, new ones last. null: the same. */
export function orderAfter(
  ordered: readonly Action[],
  { from, to }: Surroundings,
): (table: string) => { printed: string[]; here: string[] } | null {
  const places = new Map(ordered.map(({ key }, place) => [key, place]));
  return (name) => {
    const table = `table:${name}`;
    if (!from.facts.has(table) || places.has(keyOf("create", table))) return null;
    const printed = columnsInOrder(to, table);
    const stays = ({ id }: Fact) => to.facts.has(id) && !places.has(keyOf("create", id));
    const kept = columnsInOrder(from, table).filter(stays);
    const names = new Set(kept.map((column) => column.name));
    const added = printed.filter((column) => !names.has(column.name));
    const addedAt = (column: Fact) =>
      Math.min(
        ...withParents(name, to).map((one) => places.get(`create column:${one}.${column.name}`) ?? Infinity),
      );
    added.sort((a, b) => addedAt(a) - addedAt(b) || 0);
    const order = {
      printed: printed.map((one) => one.name),
      here: [...kept, ...added].map((one) => one.name),
    };
    return order.here.join("\n") === order.printed.join("\n") ? null : order;
  };
}

/** Parents bring their new columns to those below them. */
function withParents(name: string, snapshot: Snapshot): string[] {
  const table = snapshot.facts.get(`table:${name}`);
  if (!table) return [name];
  const { partitionOf, inherits } = tableBody(table);
  const parents = partitionOf === null ? inherits : [partitionOf];
  return [name, ...parents.flatMap((parent) => withParents(parent, snapshot))];
}
