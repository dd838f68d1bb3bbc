import type pg from "pg";
import type { Loss } from "../../core/undo/losses";
import {
  type Copy,
  copiesOf,
  hasPlaces,
  isMergeable,
  PLACE,
  selectOf,
  stored,
  storedColumns,
  storedValue,
  UndoRefusal,
} from "./copies";
import { foretellBytes } from "./foretell";
import { endMoves, followMoves } from "./moved-keys";
import { setRowSecurity } from "./quiet";
import { draggedBy } from "./references";
import { ownRows, readRelation, typed, type UndoColumn, type UndoRelation } from "./relation";
import { movedKey, UNDO_SCHEMA, type UndoKind } from "./store";

/** Which statement of which run the rows are kept for, and how long. */
export interface KeepContext {
  runId: string;
  service: string;
  filename: string;
  statement: number;
  /** How long they can be put back. */
  days: number;
  /** A single statement keeps at most that much; more is refused before anything is copied. */
  maxBytes: number;
}

export interface KeptRows {
  id: string;
  kind: UndoKind;
  relation: string;
  rows: number;
  bytes: number;
  /** false: without a key the rows can be looked at and not be put back by themselves. */
  mergeable: boolean;
}

/** Work that waits until the statement has run. */
export interface Kept {
  entries: KeptRows[];
  /** Call in the same transaction. @param affected rows that the statement's tag told; null: it tells none */
  finish(affected: number | null): Promise<void>;
}

/**
 * Copies the rows and values that a statement is about to lose into dbmigrator_undo. Runs in the statement's own
 * transaction, under a lock that lets others read and nobody write, so that what is kept is what is lost.
 * @throws UndoRefusal, and what PostgreSQL says
 */
export async function keepLosses(
  client: pg.ClientBase,
  context: KeepContext,
  losses: readonly Loss[],
): Promise<Kept> {
  const copies: Copy[] = [];
  for (const loss of losses) copies.push(...(await copiesOf(client, loss)));
  if (copies.length === 0) return { entries: [], finish: async () => undefined };
  for (const relation of new Set(copies.map(({ from }) => from.relation)))
    await client.query(`LOCK TABLE ${relation} IN SHARE ROW EXCLUSIVE MODE`);
  await requireRoom(client, copies, context.maxBytes);
  const mixed = copies.some((copy) => copy.mixed) ? await countChanges(client, copies) : null;
  const entries = await keepAllOrNothing(client, context, copies);
  return {
    entries: entries.map(({ copy: _, data: __, ...kept }) => kept),
    finish: (affected) => finish(client, entries, affected, mixed),
  };
}

/** A statement may run without what is refused here: half a copy would be put back for a whole one. */
async function keepAllOrNothing(
  client: pg.ClientBase,
  context: KeepContext,
  copies: readonly Copy[],
): Promise<KeptCopy[]> {
  await client.query("SAVEPOINT dbmigrator_keep");
  const entries: KeptCopy[] = [];
  try {
    for (const copy of copies) {
      for (const sql of copy.scratch?.make ?? []) await client.query(sql);
      entries.push(await keepCopy(client, context, copy));
      if (copy.scratch) await client.query(copy.scratch.drop);
    }
    await keepDragged(client, context, entries);
    for (const one of entries)
      if (one.copy.moves.length > 0) one.mergeable = await followMoves(client, one.id, one.copy);
  } catch (error) {
    if (error instanceof UndoRefusal) await client.query("ROLLBACK TO SAVEPOINT dbmigrator_keep");
    throw error;
  }
  await client.query("RELEASE SAVEPOINT dbmigrator_keep");
  return entries;
}

type KeptCopy = KeptRows & { copy: Copy; data: string };

async function requireRoom(client: pg.ClientBase, copies: readonly Copy[], maxBytes: number): Promise<void> {
  let bytes = 0;
  for (const copy of copies) bytes += await foretellBytes(client, copy);
  if (bytes > maxBytes) throw tooLarge(copies[0]?.from.relation ?? "", bytes, maxBytes);
}

/** The limit is the statement's, with all that foreign keys drag along: measured, since estimates add up. */
function requireKeptRoom(entries: readonly KeptCopy[], last: Copy, maxBytes: number): void {
  const bytes = entries.reduce((sum, entry) => sum + entry.bytes, 0);
  if (bytes > maxBytes) throw tooLarge(last.from.relation, bytes, maxBytes);
}

function tooLarge(relation: string, bytes: number, maxBytes: number): UndoRefusal {
  return new UndoRefusal(
    "undo.too_large",
    `Keeping the rows of ${relation} would take about ${Math.ceil(bytes / 1048576)} MiB; ${Math.floor(maxBytes / 1048576)} MiB are allowed.`,
    "Take a backup of the table and run without keeping rows, or allow more.",
    { relation, bytes: Math.round(bytes), maxBytes },
  );
}

/** A table has room for 1,600 columns (docs: "PostgreSQL Limits"), and two tell where each row lay. */
const MOST_COLUMNS = 1600;

function requireColumns(copy: Copy): void {
  const count = storedColumns(copy).length + (hasPlaces(copy) ? 2 : 0);
  if (count <= MOST_COLUMNS) return;
  const { relation } = copy.from;
  throw new UndoRefusal(
    "undo.too_large",
    `Rows of ${relation} cannot be kept: a copy would need ${count} columns, and a table has ${MOST_COLUMNS} at most.`,
    "Take a backup of the table and run without keeping rows.",
    { relation, columns: count },
  );
}

async function keepCopy(client: pg.ClientBase, context: KeepContext, copy: Copy): Promise<KeptCopy> {
  requireColumns(copy);
  const numbers = (names: readonly string[]) =>
    names.map((name) => copy.from.columns.find((column) => column.name === name)?.number ?? 0);
  const names = copy.columns.map(({ name }) => name);
  const { rows } = await client.query<{ id: string }>(
    `INSERT INTO ${UNDO_SCHEMA}.entry (run_id, service, filename, statement, kind, relation, relation_oid, columns, key,
       column_numbers, key_numbers, expires_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7::oid, $8, $9, $10, $11, pg_catalog.now() + pg_catalog.make_interval(days => $12))
     RETURNING id::text`,
    [
      ...[context.runId, context.service, context.filename, context.statement, copy.kind],
      ...[
        copy.from.relation,
        copy.from.oid,
        names,
        copy.key,
        numbers(names),
        numbers(copy.key),
        context.days,
      ],
    ],
  );
  const id = rows[0]?.id ?? "";
  const data = `d${id}`;
  const made = await readAll(client, copy, `CREATE TABLE ${UNDO_SCHEMA}.${data} AS ${selectOf(copy)}`);
  const kept = {
    id,
    kind: copy.kind,
    relation: copy.from.relation,
    mergeable: isMergeable(copy),
    copy,
    data,
  };
  const counted = { ...kept, rows: made, bytes: 0 };
  counted.bytes = await recordSize(client, counted);
  return counted;
}

async function recordSize(client: pg.ClientBase, { id, data, rows }: KeptCopy): Promise<number> {
  const size = await client.query<{ bytes: number }>(
    `UPDATE ${UNDO_SCHEMA}.entry SET data = $2, rows = $3, data_oid = $4::pg_catalog.regclass::oid,
       bytes = pg_catalog.pg_table_size($4::pg_catalog.regclass)
     WHERE id = $1 RETURNING bytes::float8`,
    [id, data, rows, `${UNDO_SCHEMA}.${data}`],
  );
  return size.rows[0]?.bytes ?? 0;
}

/**
 * Whoever a policy hides rows from must not believe that all were kept. The statement's own condition sees what the
 * statement sees; everything else (whole tables, columns, what foreign keys drag along) is lost whoever may see it.
 * @returns rows that were copied
 */
async function readAll(client: pg.ClientBase, { kind, own }: Copy, sql: string): Promise<number> {
  const hidden = own && (kind === "update" || kind === "delete") ? null : await setRowSecurity(client, "off");
  const { rowCount } = await client.query(sql);
  if (hidden !== null) await setRowSecurity(client, hidden);
  return rowCount ?? 0;
}

/** Rows of other tables that foreign keys take along, and columns that they empty, until nothing more is found. */
async function keepDragged(client: pg.ClientBase, context: KeepContext, entries: KeptCopy[]): Promise<void> {
  for (let more = true; more; ) {
    more = false;
    // What is found in this turn may drag further rows along in the next.
    for (const parent of [...entries]) {
      for await (const { copy, into } of draggedBy(client, parent, entries)) {
        await client.query(`LOCK TABLE ${copy.from.relation} IN SHARE ROW EXCLUSIVE MODE`);
        const found = into
          ? await keepMore(client, entries.find(({ data }) => data === into.data) as KeptCopy, copy)
          : await keepFirst(client, context, entries, copy);
        if (found > 0) requireKeptRoom(entries, copy, context.maxBytes);
        more ||= found > 0;
      }
    }
  }
}

async function keepFirst(
  client: pg.ClientBase,
  context: KeepContext,
  entries: KeptCopy[],
  copy: Copy,
): Promise<number> {
  const kept = await keepCopy(client, context, copy);
  if (kept.rows > 0) entries.push(kept);
  else await forget(client, kept);
  return kept.rows;
}

async function keepMore(client: pg.ClientBase, entry: KeptCopy, copy: Copy): Promise<number> {
  const found = await readAll(client, copy, `INSERT INTO ${UNDO_SCHEMA}.${entry.data} ${selectOf(copy)}`);
  if (found === 0) return 0;
  entry.rows += found;
  entry.bytes = await recordSize(client, entry);
  return found;
}

async function forget(client: pg.ClientBase, { id, data }: KeptCopy): Promise<void> {
  await client.query(`DROP TABLE ${UNDO_SCHEMA}.${data}`);
  await client.query(`DELETE FROM ${UNDO_SCHEMA}.entry WHERE id = $1`, [id]);
}

async function finish(
  client: pg.ClientBase,
  entries: KeptCopy[],
  affected: number | null,
  before: Changes | null,
): Promise<void> {
  const own = entries.filter(({ copy }) => copy.own && hasPlaces(copy));
  if (before) await requireAllKept(client, entries, before);
  else if (own.length > 0 && affected !== null) await requireSameRows(client, own, affected);
  for (const entry of entries) {
    const { kind, from } = entry.copy;
    if (entry.mergeable && entry.copy.moves.length > 0) await takeMovedKeys(client, entry);
    if (entry.mergeable && (kind === "update" || kind === "change_type"))
      await keepAfter(client, entry, from);
    if (hasPlaces(entry.copy))
      await client.query(
        `ALTER TABLE ${UNDO_SCHEMA}.${entry.data} DROP COLUMN ${PLACE.table}, DROP COLUMN ${PLACE.row}`,
      );
  }
}

/**
 * A row that was changed or deleted does not lie where it lay, and nobody else may write meanwhile: as many of the
 * kept ones must have gone from their places as the statement says, or it meant others (random(), clock_timestamp()).
 */
async function requireSameRows(
  client: pg.ClientBase,
  own: readonly KeptCopy[],
  affected: number,
): Promise<void> {
  const kept = own.reduce((sum, { rows }) => sum + rows, 0);
  let untouched = 0;
  for (const { data, copy } of own) {
    const { rows } = await client.query<{ n: number }>(
      `SELECT pg_catalog.count(*)::float8 AS n FROM ${UNDO_SCHEMA}.${data} k JOIN ${ownRows(copy.from)} AS t
         ON t.tableoid = k.${PLACE.table} AND t.ctid = k.${PLACE.row}`,
    );
    untouched += rows[0]?.n ?? 0;
  }
  if (affected > kept - untouched) throw incomplete(affected, kept - untouched);
}

function incomplete(affected: number, kept: number): UndoRefusal {
  return new UndoRefusal(
    "undo.incomplete",
    `The statement changed ${affected} rows, and ${kept} of these were kept: its condition does not mean the same rows twice.`,
    "Use a condition that does not depend on chance or time, or run without keeping rows after a backup.",
    { affected, kept },
  );
}

/** How many rows the transaction has updated or deleted so far, in some tables and their partitions. */
interface Changes {
  roots: number[];
  changed: number;
}

/**
 * By the server's own counts (documentation: "The Cumulative Statistics System", pg_stat_xact_all_tables).
 * @throws UndoRefusal when it counts nothing
 */
async function countChanges(client: pg.ClientBase, copies: readonly Copy[]): Promise<Changes> {
  const { rows } = await client.query<{ counts: boolean }>(
    "SELECT pg_catalog.current_setting('track_counts')::bool AS counts",
  );
  const relation = copies[0]?.from.relation ?? "";
  if (!rows[0]?.counts)
    throw new UndoRefusal(
      "undo.incomplete",
      `Whether all rows of ${relation} that the statement changes were kept cannot be told: the server does not count changed rows.`,
      "Set track_counts to on, or run without keeping rows after a backup.",
      { relation },
    );
  return changesOf(client, [...new Set(copies.map(({ from }) => from.root))]);
}

async function changesOf(client: pg.ClientBase, roots: number[]): Promise<Changes> {
  const { rows } = await client.query<{ changed: number }>(
    `SELECT coalesce(pg_catalog.sum(pg_catalog.pg_stat_get_xact_tuples_updated(r.oid) + pg_catalog.pg_stat_get_xact_tuples_deleted(r.oid)), 0)::float8 AS changed
       FROM (SELECT pg_catalog.unnest($1::oid[]) AS oid
         UNION SELECT t.relid FROM pg_catalog.unnest($1::oid[]) o (oid), pg_catalog.pg_partition_tree(o.oid::pg_catalog.regclass) t) r`,
    [roots],
  );
  return { roots, changed: rows[0]?.changed ?? 0 };
}

/**
 * The tag of a MERGE or an INSERT … ON CONFLICT counts new rows as well, and that of WITH only those of its last part, so
 * the server's own counts are asked: as many rows as it changed must have gone from their places, and none is counted
 * for two copies. What the statement left where it was is not kept any longer.
 */
async function requireAllKept(client: pg.ClientBase, entries: KeptCopy[], before: Changes): Promise<void> {
  const counted = entries.filter(({ copy }) => hasPlaces(copy) && before.roots.includes(copy.from.root));
  for (const entry of counted) {
    const { rowCount } = await client.query(
      `DELETE FROM ${UNDO_SCHEMA}.${entry.data} k USING ${ownRows(entry.copy.from)} AS t
        WHERE t.tableoid = k.${PLACE.table} AND t.ctid = k.${PLACE.row}`,
    );
    entry.rows -= rowCount ?? 0;
    if (rowCount) entry.bytes = await recordSize(client, entry);
  }
  const places = counted.map(({ data }) => `SELECT ${PLACE.table}, ${PLACE.row} FROM ${UNDO_SCHEMA}.${data}`);
  const { rows } = await client.query<{ gone: number }>(
    `SELECT pg_catalog.count(*)::float8 AS gone FROM (${places.join(" UNION ")}) k`,
  );
  const changed = (await changesOf(client, before.roots)).changed - before.changed;
  const gone = rows[0]?.gone ?? 0;
  if (changed > gone) throw incomplete(changed, gone);
}

/** What the statement made of the key tells its rows from now on. */
async function takeMovedKeys(client: pg.ClientBase, entry: KeptCopy): Promise<void> {
  const { from, moves } = entry.copy;
  entry.rows = await endMoves(client, entry);
  entry.bytes = await recordSize(client, entry);
  await client.query(`UPDATE ${UNDO_SCHEMA}.entry SET key = $2, key_numbers = $3 WHERE id = $1`, [
    entry.id,
    moves.map((_, i) => movedKey(i)),
    moves.map((name) => from.columns.find((column) => column.name === name)?.number ?? 0),
  ]);
}

/** What the statement made of the values: whoever changes them later has the newer ones. */
async function keepAfter(client: pg.ClientBase, entry: KeptCopy, from: UndoRelation): Promise<void> {
  // Statements of rows leave the table as it was.
  const now = hasPlaces(entry.copy) ? from : await readRelation(client, from.oid);
  if (!now) return;
  const { key, moves, columns } = entry.copy;
  const names = new Set([...key, ...columns.map(({ name }) => name)]);
  const list = now.columns.filter(({ name }) => names.has(name)).map((column) => stored("t", column));
  // The key once more, by the names that the copy has for it.
  const columnOf = (name: string) => now.columns.find((one) => one.name === name) as UndoColumn;
  const moved = moves.map((name, i) => `${storedValue("t", columnOf(name))} AS ${movedKey(i)}`);
  const same = [...key, ...moves].map(
    (name, i) => `t.${name} = ${typed("d", moves.length > 0 ? movedKey(i) : name, columnOf(name))}`,
  );
  await client.query(
    `CREATE TABLE ${UNDO_SCHEMA}.a${entry.id} AS SELECT ${[...list, ...moved].join(", ")} FROM ${ownRows(now)} AS t
     WHERE EXISTS (SELECT FROM ${UNDO_SCHEMA}.${entry.data} d WHERE ${same.join(" AND ")})`,
  );
  await client.query(
    `UPDATE ${UNDO_SCHEMA}.entry SET after = $2, bytes = bytes + pg_catalog.pg_table_size($3::pg_catalog.regclass) WHERE id = $1`,
    [entry.id, `a${entry.id}`, `${UNDO_SCHEMA}.a${entry.id}`],
  );
}
