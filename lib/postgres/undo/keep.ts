import type pg from "pg";
import type { Loss } from "../../core/undo/losses";
import { type Copy, copiesOf, isMergeable, isWhole, selectOf, stored, UndoRefusal } from "./copies";
import { foretellBytes } from "./foretell";
import { type Reference, readReferences, readRelation, type UndoRelation } from "./relation";
import { UNDO_SCHEMA, type UndoKind } from "./store";

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
  const entries: (KeptRows & { copy: Copy })[] = [];
  for (const copy of copies) {
    const seen = new Set(entries.map(({ copy: done }) => done.from.oid));
    if (copy.own || !seen.has(copy.from.oid)) entries.push(await keepCopy(client, context, copy));
    if (copy.kind === "delete" && copy.own)
      await followReferences(client, context, copy.from, entries, new Set([copy.from.oid]));
  }
  return {
    entries: entries.map(({ copy: _, ...kept }) => kept),
    finish: (affected) => finish(client, entries, affected),
  };
}

async function requireRoom(client: pg.ClientBase, copies: readonly Copy[], maxBytes: number): Promise<void> {
  let bytes = 0;
  for (const copy of copies) bytes += await foretellBytes(client, copy.from, selectOf(copy), isWhole(copy));
  if (bytes <= maxBytes) return;
  const relation = copies[0]?.from.relation ?? "";
  throw new UndoRefusal(
    "undo.too_large",
    `Keeping the rows of ${relation} would take about ${Math.ceil(bytes / 1048576)} MiB; ${Math.floor(maxBytes / 1048576)} MiB are allowed.`,
    "Take a backup of the table and run without keeping rows, or allow more.",
    { relation, bytes: Math.round(bytes), maxBytes },
  );
}

async function keepCopy(
  client: pg.ClientBase,
  context: KeepContext,
  copy: Copy,
): Promise<KeptRows & { copy: Copy }> {
  const mergeable = isMergeable(copy);
  const { rows } = await client.query<{ id: string }>(
    `INSERT INTO ${UNDO_SCHEMA}.entry (run_id, service, filename, statement, kind, relation, relation_oid, columns, key, expires_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7::oid, $8, $9, pg_catalog.now() + pg_catalog.make_interval(days => $10)) RETURNING id::text`,
    [
      ...[context.runId, context.service, context.filename, context.statement, copy.kind],
      ...[copy.from.relation, copy.from.oid, copy.columns.map(({ name }) => name)],
      ...[mergeable ? copy.from.key : [], context.days],
    ],
  );
  const id = rows[0]?.id ?? "";
  const data = `d${id}`;
  // Whoever a policy hides rows from must not believe that all were kept.
  const seesAll = isWhole(copy) || copy.kind === "drop_column" || copy.kind === "change_type";
  const hidden = seesAll ? await setRowSecurity(client, "off") : null;
  const made = await client.query(`CREATE TABLE ${UNDO_SCHEMA}.${data} AS ${selectOf(copy)}`);
  if (hidden !== null) await setRowSecurity(client, hidden);
  const size = await client.query<{ bytes: number }>(
    `UPDATE ${UNDO_SCHEMA}.entry SET data = $2, rows = $3, bytes = pg_catalog.pg_table_size($4::pg_catalog.regclass)
     WHERE id = $1 RETURNING bytes::float8`,
    [id, data, made.rowCount ?? 0, `${UNDO_SCHEMA}.${data}`],
  );
  const bytes = size.rows[0]?.bytes ?? 0;
  return {
    id,
    kind: copy.kind,
    relation: copy.from.relation,
    rows: made.rowCount ?? 0,
    bytes,
    mergeable,
    copy,
  };
}

async function setRowSecurity(client: pg.ClientBase, to: string): Promise<string> {
  const { rows } = await client.query<{ before: string }>(
    "SELECT pg_catalog.current_setting('row_security') AS before, pg_catalog.set_config('row_security', $1, true)",
    [to],
  );
  return rows[0]?.before ?? "on";
}

/** Rows of other tables that ON DELETE CASCADE takes along, and columns that ON DELETE SET NULL empties. */
async function followReferences(
  client: pg.ClientBase,
  context: KeepContext,
  parent: UndoRelation,
  entries: (KeptRows & { copy: Copy })[],
  seen: Set<number>,
): Promise<void> {
  const data = entries.findLast(({ copy }) => copy.from.oid === parent.oid)?.id;
  for (const reference of await readReferences(client, parent.oid)) {
    const acts = reference.onDelete === "c" || reference.onDelete === "n" || reference.onDelete === "d";
    if (!acts || !data || seen.has(reference.childOid)) continue;
    const child = await readRelation(client, reference.childOid);
    if (!child) continue;
    await client.query(`LOCK TABLE ${child.relation} IN SHARE ROW EXCLUSIVE MODE`);
    const kept = await keepCopy(client, context, referencing(reference, parent, child, data));
    if (kept.rows === 0) {
      await forget(client, kept);
      continue;
    }
    entries.push(kept);
    if (reference.onDelete === "c")
      await followReferences(client, context, child, entries, new Set([...seen, child.oid]));
  }
}

function referencing(reference: Reference, parent: UndoRelation, child: UndoRelation, data: string): Copy {
  const pairs = reference.childColumns.map((column, i) => {
    const name = reference.parentColumns[i] ?? column;
    const plain = parent.columns.find((one) => one.name === name)?.plain ?? true;
    return `t.${column}${plain ? "" : "::pg_catalog.text"} = k.${name}`;
  });
  const cascades = reference.onDelete === "c";
  const all = child.columns.filter(({ generated }) => !generated);
  return {
    ...{ kind: cascades ? "delete" : "update", from: child, as: "t", with: null, own: false },
    columns: cascades ? all : all.filter(({ name }) => reference.childColumns.includes(name)),
    source: `FROM ${child.relation} AS t WHERE EXISTS (SELECT FROM ${UNDO_SCHEMA}.d${data} k WHERE ${pairs.join(" AND ")})`,
  };
}

async function forget(client: pg.ClientBase, kept: KeptRows): Promise<void> {
  await client.query(`DROP TABLE ${UNDO_SCHEMA}.d${kept.id}`);
  await client.query(`DELETE FROM ${UNDO_SCHEMA}.entry WHERE id = $1`, [kept.id]);
}

async function finish(
  client: pg.ClientBase,
  entries: readonly (KeptRows & { copy: Copy })[],
  affected: number | null,
): Promise<void> {
  const own = entries.filter(({ copy }) => copy.own && (copy.kind === "update" || copy.kind === "delete"));
  const kept = own.reduce((sum, { rows }) => sum + rows, 0);
  if (own.length > 0 && affected !== null && affected > kept) {
    throw new UndoRefusal(
      "undo.incomplete",
      `The statement changed ${affected} rows and ${kept} were kept: its condition does not mean the same rows twice.`,
      "Use a condition that does not depend on chance or time, or run without keeping rows after a backup.",
      { affected, kept },
    );
  }
  for (const entry of entries) {
    const { kind, from } = entry.copy;
    if (!entry.mergeable || (kind !== "update" && kind !== "change_type")) continue;
    await keepAfter(client, entry, from);
  }
}

/** What the statement made of the values: whoever changes them later has the newer ones. */
async function keepAfter(
  client: pg.ClientBase,
  entry: KeptRows & { copy: Copy },
  from: UndoRelation,
): Promise<void> {
  const now = await readRelation(client, from.oid);
  if (!now) return;
  const names = new Set([...from.key, ...entry.copy.columns.map(({ name }) => name)]);
  const list = now.columns.filter(({ name }) => names.has(name)).map((column) => stored("t", column));
  const key = from.key.map((name) => `t.${name}${plainIn(now, name)} = d.${name}`).join(" AND ");
  await client.query(
    `CREATE TABLE ${UNDO_SCHEMA}.a${entry.id} AS SELECT ${list.join(", ")} FROM ${now.relation} AS t
     WHERE EXISTS (SELECT FROM ${UNDO_SCHEMA}.d${entry.id} d WHERE ${key})`,
  );
  await client.query(
    `UPDATE ${UNDO_SCHEMA}.entry SET after = $2, bytes = bytes + pg_catalog.pg_table_size($3::pg_catalog.regclass) WHERE id = $1`,
    [entry.id, `a${entry.id}`, `${UNDO_SCHEMA}.a${entry.id}`],
  );
}

function plainIn(relation: UndoRelation, name: string): string {
  return relation.columns.find((column) => column.name === name)?.plain === false ? "::pg_catalog.text" : "";
}
