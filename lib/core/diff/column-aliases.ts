import { columnsOf, withAncestors } from "../schema/kinds/table";
import type { Fact, Snapshot, Surroundings } from "../schema/types";
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
  const namesOf = (table: string) => columnsOf(snapshot, `table:${table}`).map(({ name }) => name);
  for (const { kind, body } of snapshot.facts.values()) {
    const text = PRINTED.has(kind) ? byColumn(String(body.definition), namesOf) : null;
    if (text !== null) body.byColumn = text;
    if (kind === "policy") markPolicy(body, namesOf);
  }
}

function markPolicy(body: Fact["body"], namesOf: (table: string) => readonly string[]): void {
  const texts = [body.using, body.check] as (string | null)[];
  const meant = texts.map((text) => (text === null ? null : byColumn(text, namesOf)));
  if (meant.some((text) => text !== null)) body.byColumn = meant.map((text, i) => text ?? texts[i]);
}

/** Columns of a table as they are printed and as they stand; null: the same. */
type OrderOf = (table: string) => { printed: string[]; here: string[] } | null;

/**
 * Of tables that stay: where their columns stand at a place of the plan, new ones last, and those that are yet to be
 * dropped among them.
 */
export function orderAt(ordered: readonly Action[], { from, to }: Surroundings): (place: number) => OrderOf {
  const places = new Map(ordered.map(({ key }, place) => [key, place]));
  const placesOf = (verb: Action["verb"], table: string, { name }: Fact, side: Snapshot) =>
    withAncestors(table, side).flatMap((one) => places.get(keyOf(verb, `column:${one}.${name}`)) ?? []);
  return (place) => (table) => {
    const id = `table:${table}`;
    if (!from.facts.has(id) || places.has(keyOf("create", id))) return null;
    const printed = columnsOf(to, id);
    const stays = (column: Fact) => to.facts.has(column.id) && !places.has(keyOf("create", column.id));
    const goes = (column: Fact) => Math.max(...placesOf("drop", table, column, from)) > place;
    const old = columnsOf(from, id).filter((column) => stays(column) || goes(column));
    const kept = new Set(old.filter(stays).map(({ name }) => name));
    const addedAt = (column: Fact) => Math.min(...placesOf("create", table, column, to));
    const added = printed.filter((column) => !kept.has(column.name) && addedAt(column) <= place);
    added.sort((a, b) => addedAt(a) - addedAt(b));
    const order = {
      printed: printed.map(({ name }) => name),
      here: [
        ...old.map((one) => (stays(one) ? one.name : aliasOfGone(one))),
        ...added.map(({ name }) => name),
      ],
    };
    return order.here.join("\n") === order.printed.join("\n") ? null : order;
  };
}

/** No column of the query has this name, and it is printed no more when the column is gone. */
function aliasOfGone({ body }: Fact): string {
  return `dbmigrator_gone_${body.position}`;
}
