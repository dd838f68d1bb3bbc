import pg from "pg";
import { NULLS } from "../../core/undo/put-off";
import { bringsRows } from "./copies";
import { withoutRefuse, withRefuse } from "./fitting";
import { type Group, orderByReferences } from "./put-order";
import { count, EXAMPLES, putRows } from "./put-rows";
import { markNewer, putValues } from "./put-values";
import { deferRing, QUIET, setSettings, silenceTriggers } from "./quiet";
import { ownRows, readForeignKeys, readRelation } from "./relation";
import { asideTable, dataTable, newerTable, originalsOf, type Resolved, resolveEntry } from "./resolve";
import { attempt, setAside } from "./set-aside";
import { hasMoved, type PutBack, UNDO_SCHEMA, type UndoEntry } from "./store";

export interface PutBackPlan {
  /** The last statement's first. */
  entries: UndoEntry[];
  /** What cannot be compared with the table as it is; nothing of it is put back, by the entry's id. */
  refused: Map<string, pg.DatabaseError>;
  /** Statements that the rows fulfil only when their values are back (see putOffRefused). */
  later: string[];
  /** Values that are away meanwhile, so that all of them have to return, by the entry's id; with why they are. */
  emptied: Map<string, Error>;
}

/**
 * Before the way back runs: marks what somebody else has written since the rows were kept, while the table still has
 * the shape that the migration gave it. In the transaction of the down script; until it ends, nobody removes them.
 * @param entries of one migration's run, still kept
 */
export async function beginPutBack(
  client: pg.ClientBase,
  entries: readonly UndoEntry[],
): Promise<PutBackPlan> {
  const { rows: held } = await client.query<{ id: string }>(
    `SELECT id::text FROM ${UNDO_SCHEMA}.entry WHERE id = ANY ($1) AND state = 'kept' FOR UPDATE`,
    [entries.map(({ id }) => id)],
  );
  const before = await setSettings(client, QUIET);
  const ids = new Set(held.map(({ id }) => id));
  const ordered = entries
    .filter(({ id }) => ids.has(id))
    .toSorted((a, b) => b.statement - a.statement || Number(a.id) - Number(b.id));
  const refused: PutBackPlan["refused"] = new Map();
  for (const entry of ordered) {
    if (bringsRows(entry.kind) || entry.key.length === 0) continue;
    const later = laterThan(entry, { entries: ordered, refused });
    const removed = ordered.filter(({ kind, statement }) => bringsRows(kind) && statement >= entry.statement);
    const marked = await attempt(client, () => markNewer(client, entry, later, removed));
    if ("refused" in marked) refused.set(entry.id, marked.refused);
  }
  await setSettings(client, before);
  return { entries: ordered, refused, later: [], emptied: new Map() };
}

/** Entries of values that were kept after this one, nearest first. */
export function laterThan(
  entry: UndoEntry,
  { entries, refused }: Pick<PutBackPlan, "entries" | "refused">,
): UndoEntry[] {
  return entries
    .filter(({ id, after, statement }) => after && statement > entry.statement && !refused.has(id))
    .reverse();
}

export interface Told {
  entry: UndoEntry;
  outcome: PutBack;
  /** Columns whose values are not all back; all of them where that is not known. */
  short?: Resolved["columns"];
}

const NOTHING: PutBack = { restored: 0, newer: 0, gone: 0, orphaned: 0, examples: [] };

/**
 * After the way back has run, in the same transaction: puts the kept rows and values where they were, rows before
 * values and parents before children. What somebody else wrote since stays; what cannot be merged is counted and
 * named, and its copy stays until its window is over.
 */
export async function finishPutBack(client: pg.ClientBase, plan: PutBackPlan): Promise<Told[]> {
  const told: Told[] = [];
  const found: Resolved[] = [];
  for (const entry of plan.entries) {
    const resolved = await resolveEntry(client, entry);
    const reason = resolved ? obstacle(resolved) : "no_table";
    const refused = plan.refused.get(entry.id);
    if (refused) told.push(refusal(entry, refused));
    else if (!resolved || reason)
      told.push({ entry, outcome: { ...NOTHING, ...(reason ? { reason } : {}) } });
    else found.push(resolved);
  }
  // What is put off belongs to the way back; a table with checks that wait cannot be altered.
  await client.query("SET CONSTRAINTS ALL IMMEDIATE");
  const before = await setSettings(client, QUIET);
  const wake = await silenceTriggers(
    client,
    found.map(({ relation }) => relation),
  );
  await withRefuse(client);
  const rows = found.filter(({ entry }) => bringsRows(entry.kind));
  for (const one of rows) one.originals = originalsOf(one, found);
  // What refers to a key that changed refers to the new one after the statement, and to the old one before it.
  const changes = found.flatMap(({ entry }) => (hasMoved(entry) ? [entry.statement] : []));
  let open = found;
  for (const since of [...new Set(changes)].toSorted((x, y) => y - x).concat(Number.NEGATIVE_INFINITY)) {
    const now = open.filter(({ entry }) => entry.statement >= since);
    open = open.filter((one) => !now.includes(one));
    told.push(...(await putEntries(client, plan, now)));
  }
  for (const one of told) one.outcome = await withoutInBetween(client, one, told, found);
  await withoutRefuse(client);
  // After a failure there is nothing to wake: the transaction takes everything back.
  for (const sql of wake) await client.query(sql);
  for (const sql of plan.later) await fulfil(client, sql);
  await setSettings(client, before);
  for (const one of rows) if (one.aside) await client.query(`DROP TABLE ${asideTable(one.entry)}`);
  for (const one of told) {
    const resolved = found.find(({ entry }) => entry.id === one.entry.id);
    const lacking = resolved ? await lackingOf(client, resolved) : [];
    if (lacking.length > 0) one.outcome = { ...one.outcome, lacking };
    await settle(client, one.entry, one.outcome);
  }
  return told;
}

/**
 * Values from the middle of a run may not fit into the column as it was before it. Nobody misses them where an earlier
 * statement's values of the same rows are all back.
 */
async function withoutInBetween(
  client: pg.ClientBase,
  { entry, outcome, short }: Told,
  told: readonly Told[],
  found: readonly Resolved[],
): Promise<PutBack> {
  const own = found.find((one) => one.entry.id === entry.id);
  const refused = outcome.reason === "refused" || (outcome.refused ?? 0) > 0;
  if (!own || !refused || bringsRows(entry.kind) || hasLeft(outcome)) return outcome;
  for (const other of found) {
    const back = told.find((one) => one.entry.id === other.entry.id)?.outcome;
    if (!back || !isWholeBack(back) || hasLeft(back)) continue;
    if (!isBefore(other, { ...own, columns: short ?? own.columns })) continue;
    const same = own.key.map(({ stored, now }) => {
      const key = other.key.find((one) => one.now?.name === now?.name);
      return `e.${key?.stored}::pg_catalog.text = d.${stored}::pg_catalog.text`;
    });
    const missing = await count(
      client,
      `FROM ${dataTable(entry)} AS d WHERE NOT EXISTS (SELECT FROM ${dataTable(other.entry)} AS e WHERE ${same.join(" AND ")})`,
    );
    if (missing === 0) return { ...NOTHING, restored: entry.rows };
  }
  return outcome;
}

const hasLeft = ({ newer, gone, orphaned }: PutBack) => newer + gone + orphaned > 0;

/** Whether it kept values of the same columns and key, before the other did. */
function isBefore(one: Resolved, other: Resolved): boolean {
  const has = (columns: Resolved["columns"], among: Resolved["columns"]) =>
    columns.every(({ now }) => now !== null && among.some((column) => column.now?.name === now.name));
  return (
    one.entry.statement < other.entry.statement &&
    one.relation.oid === other.relation.oid &&
    !bringsRows(one.entry.kind) &&
    one.key.length === other.key.length &&
    has(other.key, one.key) &&
    has(other.columns, one.columns)
  );
}

/**
 * Rows written since the migration have no value for a column that comes back: the default that it has by now is theirs,
 * as they would have got it from ADD COLUMN … DEFAULT. What the old column had is not asked: the down script says what
 * the table is to be.
 * @throws pg.DatabaseError naming the rows that have no value where they must
 */
async function fulfil(client: pg.ClientBase, sql: string): Promise<void> {
  const filled = new Set<string>();
  for (;;) {
    const tried = await attempt(client, () => client.query(sql));
    if ("done" in tried) return;
    const { refused } = tried;
    const place = refused.code === NULLS ? placeOf(refused) : null;
    if (place && !filled.has(`${place.table} ${place.column}`)) {
      filled.add(`${place.table} ${place.column}`);
      await fillWithDefault(client, place);
      continue;
    }
    if (place) refused.detail ??= await rowsWithout(client, place);
    throw refused;
  }
}

interface Place {
  /** Both quoted, the table with its schema. */
  table: string;
  column: string;
}

function placeOf({ schema, table, column }: pg.DatabaseError): Place | null {
  if (!schema || !table || !column) return null;
  return {
    table: [schema, table].map(pg.escapeIdentifier).join("."),
    column: pg.escapeIdentifier(column),
  };
}

async function fillWithDefault(client: pg.ClientBase, { table, column }: Place): Promise<void> {
  const relation = await readRelation(client, table);
  if (!relation) return;
  const wake = await silenceTriggers(client, [relation]);
  await client.query(`UPDATE ${ownRows(relation)} SET ${column} = DEFAULT WHERE ${column} IS NULL`);
  for (const statement of wake) await client.query(statement);
}

/** `(id) = (7), (9) … (12)`, with how many there are, as PostgreSQL names the key of a row that it refuses. */
async function rowsWithout(client: pg.ClientBase, { table, column }: Place): Promise<string | undefined> {
  const relation = await readRelation(client, table);
  const [key] = relation?.keys ?? [];
  if (!relation || !key) return undefined;
  const text = key.map((name) => `t.${name}::pg_catalog.text`).join(", ");
  const { rows } = await client.query<{ keys: string[]; n: number }>(
    `WITH w AS (SELECT ${key.map((name) => `t.${name}`).join(", ")}, pg_catalog.concat_ws(', ', ${text}) AS text
       FROM ${relation.relation} AS t WHERE t.${column} IS NULL)
     SELECT ARRAY(SELECT '(' || w.text || ')' FROM w ORDER BY ${key.map((name) => `w.${name}`).join(", ")}
       LIMIT ${EXAMPLES}) AS keys, (SELECT pg_catalog.count(*)::float8 FROM w) AS n`,
  );
  const { keys = [], n = 0 } = rows[0] ?? {};
  const more = n > keys.length ? ` … (${n})` : "";
  return `(${key.join(", ")}) = ${keys.join(", ")}${more}`;
}

/** Rows may be back without some of their values: columns that have gone since. */
async function lackingOf(client: pg.ClientBase, { entry, columns }: Resolved): Promise<string[]> {
  const lacking: string[] = [];
  for (const { stored, now } of columns) {
    if (
      now === null &&
      (await count(client, `FROM ${dataTable(entry)} AS d WHERE d.${stored} IS NOT NULL`)) > 0
    )
      lacking.push(stored);
  }
  return lacking;
}

function obstacle({ entry, columns, key }: Resolved): PutBack["reason"] {
  // One that is computed today is none that could be written.
  if (columns.length > 0 && columns.every(({ now }) => now === null || now.generated)) return "no_column";
  const found = key.length > 0 && key.every(({ now }) => now !== null);
  return bringsRows(entry.kind) || found ? undefined : "no_key";
}

/** Entries of one table, or of its partitions, follow one another unless they are part of a ring. */
function parts({ members, circular }: Group): Group[] {
  return circular.length > 0
    ? [{ members, circular }]
    : members.map((one) => ({ members: [one], circular: [] }));
}

async function putGroup(client: pg.ClientBase, group: Group): Promise<Told[]> {
  for (;;) {
    const result = await attempt(client, async () => {
      const back = await deferRing(client, group, group.circular);
      const outcomes: Told[] = [];
      for (const one of group.members)
        outcomes.push({ entry: one.entry, outcome: await putRows(client, one, group.members) });
      for (const sql of back) await client.query(sql);
      return outcomes;
    });
    if ("done" in result) return result.done;
    // The rows that stand in the way stay; all others come back.
    if ((await setAside(client, group)) === 0)
      return group.members.map(({ entry }) => refusal(entry, result.refused));
  }
}

/** Rows before values. @throws Error of the values that are away and do not all return */
async function putEntries(
  client: pg.ClientBase,
  plan: PutBackPlan,
  entries: readonly Resolved[],
): Promise<Told[]> {
  const told: Told[] = [];
  const rows = entries.filter(({ entry }) => bringsRows(entry.kind));
  for (const group of await orderByReferences(client, rows))
    for (const part of parts(group)) told.push(...(await putGroup(client, part)));
  for (const one of entries.filter(({ entry }) => !bringsRows(entry.kind))) {
    const column = await putColumn(client, one);
    const why = plan.emptied.get(one.entry.id);
    if (why && !isWholeBack(column.outcome)) throw why;
    told.push(column);
  }
  return told;
}

async function putColumn(client: pg.ClientBase, one: Resolved): Promise<Told> {
  const outcome = await putColumns(client, one);
  if (isWholeBack(outcome)) return { entry: one.entry, outcome };
  return { entry: one.entry, outcome, short: await putParts(client, one) };
}

async function putColumns(client: pg.ClientBase, one: Resolved): Promise<PutBack> {
  const atOnce = await attempt(client, () => putValues(client, one, { singly: false }));
  if ("done" in atOnce) return atOnce.done;
  const singly = await attempt(client, () => putValues(client, one, { singly: true }));
  return "done" in singly ? singly.done : refusal(one.entry, singly.refused).outcome;
}

/**
 * A row that one column's value keeps from coming back gets those of its other columns all the same.
 * @returns the columns that did not come back in every row
 */
async function putParts(client: pg.ClientBase, one: Resolved): Promise<Resolved["columns"]> {
  const parts = await partsOf(client, one);
  if (parts.length < 2) return one.columns;
  const short: Resolved["columns"] = [];
  for (const columns of parts)
    if (!isWholeBack(await putColumns(client, { ...one, columns }))) short.push(...columns);
  return short;
}

/** Columns of one foreign key belong together; so do all where the key itself moves, by which rows are found. */
async function partsOf(
  client: pg.ClientBase,
  { entry, relation, columns }: Resolved,
): Promise<Resolved["columns"][]> {
  if (hasMoved(entry)) return [columns];
  const keys = await readForeignKeys(client, relation.oid);
  let parts = columns.flatMap((column) => (column.now ? [[column]] : []));
  for (const key of keys) {
    const isOf = (part: Resolved["columns"]) => part.some(({ now }) => now && key.columns.includes(now.name));
    const together = parts.filter(isOf).flat();
    parts = [...parts.filter((part) => !isOf(part)), ...(together.length > 0 ? [together] : [])];
  }
  return parts;
}

const isWholeBack = ({ orphaned, refused = 0, reason }: PutBack) =>
  orphaned === 0 && refused === 0 && reason === undefined;

function refusal(entry: UndoEntry, error: pg.DatabaseError): Told {
  const message = [error.message, error.detail].filter(Boolean).join(": ");
  return { entry, outcome: { ...NOTHING, reason: "refused", message } };
}

async function settle(client: pg.ClientBase, entry: UndoEntry, outcome: PutBack): Promise<void> {
  await client.query(`DROP TABLE IF EXISTS ${newerTable(entry)}`);
  await client.query(`UPDATE ${UNDO_SCHEMA}.entry SET state = 'reverted', outcome = $2 WHERE id = $1`, [
    entry.id,
    JSON.stringify(outcome),
  ]);
}
