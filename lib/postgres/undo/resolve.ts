import type pg from "pg";
import { bringsRows } from "./copies";
import { readRelation, type UndoColumn, type UndoRelation } from "./relation";
import { hasMoved, UNDO_SCHEMA, type UndoEntry } from "./store";

/** A kept column, and what it is today. */
export interface KeptColumn {
  /** In the tables of dbmigrator_undo. */
  stored: string;
  /** Its type there. */
  type: string;
  /** In the table; null: it is not there. */
  now: UndoColumn | null;
}

/** An entry and its table as it is now. */
export interface Resolved {
  entry: UndoEntry;
  relation: UndoRelation;
  columns: KeptColumn[];
  key: KeptColumn[];
  /** Entries of rows: earlier ones of the same run that kept values of these rows before their types changed. */
  originals?: Original[];
  /** Some of its rows are set aside, since they keep the others from coming back; with what the server said. */
  aside?: { refused: number; messages: string[] };
}

/** Values from before the run, whose column had another type when the rows were taken away. */
export interface Original {
  entry: UndoEntry;
  columns: KeptColumn[];
  /** Of the key: as it is stored there, and with the rows. */
  key: { there: string; here: string }[];
}

export const dataTable = ({ data }: UndoEntry): string => `${UNDO_SCHEMA}.${data}`;
/** Places of the rows that are set aside, and why; there while rows are put back. */
export const asideTable = ({ id }: UndoEntry): string => `${UNDO_SCHEMA}.x${id}`;
/** ` AND …`: the row of the copy, called so, is not set aside. */
export const notAside = ({ entry, aside }: Resolved, as: string): string =>
  aside ? ` AND NOT EXISTS (SELECT FROM ${asideTable(entry)} x WHERE x.place = ${as}.ctid)` : "";
export const newerTable = ({ id }: UndoEntry): string => `${UNDO_SCHEMA}.n${id}`;

/**
 * Finds an entry's table and columns: by what stays when they are renamed, and by name where they were made anew or
 * the whole database was restored.
 * @returns null when there is no such table
 */
export async function resolveEntry(client: pg.ClientBase, entry: UndoEntry): Promise<Resolved | null> {
  const known = entry.isOriginal ? await readRelation(client, entry.relationOid) : null;
  const relation = known ?? (await readRelation(client, entry.relation));
  if (!relation) return null;
  const types = await storedTypes(client, entry);
  const find = (names: readonly string[], numbers: readonly number[], called = names) =>
    names.map((stored, i): KeptColumn => {
      const byNumber = known ? relation.columns.find((column) => column.number === numbers[i]) : undefined;
      const type = types.get(stored) ?? "text";
      return {
        stored,
        type,
        now: byNumber ?? relation.columns.find((column) => column.name === called[i]) ?? null,
      };
    });
  const columns = find(entry.columns, entry.columnNumbers);
  // Whole rows are told apart by the key that the table has today.
  const key = bringsRows(entry.kind)
    ? keyToday(relation, columns)
    : find(entry.key, entry.keyNumbers, hasMoved(entry) ? keyNames(entry) : entry.key);
  return { entry, relation, columns, key };
}

/** By quoted name, as UndoColumn has them. */
async function storedTypes(client: pg.ClientBase, { data }: UndoEntry): Promise<Map<string, string>> {
  const { rows } = await client.query<{ name: string; type: string }>(
    `SELECT pg_catalog.quote_ident(attname) AS name, pg_catalog.format_type(atttypid, atttypmod) AS type
       FROM pg_catalog.pg_attribute
      WHERE attrelid = pg_catalog.to_regclass($1) AND attnum > 0 AND NOT attisdropped`,
    [`${UNDO_SCHEMA}.${data}`],
  );
  return new Map(rows.map(({ name, type }) => [name, type]));
}

/** A key that the statement changed stands among the values by its own name. */
const keyNames = ({ columns, columnNumbers, keyNumbers }: UndoEntry): string[] =>
  keyNumbers.map((number) => columns[columnNumbers.indexOf(number)] ?? "");

function keyToday({ keys }: UndoRelation, columns: readonly KeptColumn[]): KeptColumn[] {
  for (const key of keys) {
    const found = key.flatMap((name) => columns.find(({ now }) => now?.name === name) ?? []);
    if (found.length === key.length) return found;
  }
  return [];
}

/** @param found all entries that are put back, those of values among them */
export function originalsOf({ entry, relation, columns }: Resolved, found: readonly Resolved[]): Original[] {
  return found.flatMap((one) => {
    const isEarlier = one.entry.kind === "change_type" && one.entry.statement < entry.statement;
    if (!isEarlier || one.relation.oid !== relation.oid) return [];
    const key = one.key.flatMap(({ stored, now }) => {
      const own = columns.find((column) => column.now !== null && column.now.name === now?.name);
      return own ? [{ there: stored, here: own.stored }] : [];
    });
    return key.length > 0 && key.length === one.key.length
      ? [{ entry: one.entry, columns: one.columns, key }]
      : [];
  });
}
