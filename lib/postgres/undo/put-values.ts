import type pg from "pg";
import { fitting } from "./fitting";
import { asText, count, EXAMPLES, keyText, parentsOf, present, sameKey, told } from "./put-rows";
import { ownRows, readForeignKeys, typedValue, type UndoColumn, type UndoRelation } from "./relation";
import { dataTable, newerTable, type Resolved, resolveEntry } from "./resolve";
import { type RefusedRow, THIS_ROW, tryEach } from "./set-aside";
import { hasMoved, type PutBack, UNDO_SCHEMA, type UndoEntry } from "./store";

/**
 * Which of the kept values somebody has changed since the statement: a table with the key and one flag a column.
 * @param later entries of the run that kept values after it, nearest first, already marked
 * @param removed entries of rows that the run took away after it: who has written their keys since wrote other rows
 */
export async function markNewer(
  client: pg.ClientBase,
  entry: UndoEntry,
  later: readonly UndoEntry[],
  removed: readonly UndoEntry[],
): Promise<void> {
  const resolved = await resolveEntry(client, entry);
  const keys = entry.key.map((name) => `a.${name}`);
  const known = resolved?.key.every(({ now }) => now !== null) ? resolved : null;
  const { followers, place } = known
    ? await followersOf(client, known, later, "a")
    : { followers: [], place: new Map<string, string>() };
  const others = known
    ? `(t.ctid IS NOT NULL AND ${await isOther(client, known, removed)} OR ${wereLeft(known, followers)})`
    : "false";
  const moves = known ? await referenceMoves(client, known, later) : [];
  // Who has dropped the key since may have written its value again: those rows are theirs.
  const once = known === null || isUnique(known);
  const flags = entry.columns.map((name, i) => {
    const now = known?.columns[i]?.now;
    const changed = now && entry.after ? isNewer(now, `a.${name}`, followers, moves) : "false";
    const newer = `(${changed} OR ${others})`;
    return `${once ? newer : `pg_catalog.bool_or(${newer})`} AS newer_${i}`;
  });
  // What was dropped has nothing to be compared with.
  const left = entry.after ? `${UNDO_SCHEMA}.${entry.after}` : dataTable(entry);
  const found = isFoundNow(known?.key ?? [], "a", followers, place);
  const from = known
    ? `${left} AS a ${followers.map(({ join }) => join).join(" ")} LEFT JOIN ${ownRows(known.relation)} AS t ON ${found}
       WHERE ${entry.after ? "t.ctid IS NOT NULL OR " : ""}${others}`
    : `${left} AS a WHERE false`;
  const group = once ? "" : `GROUP BY ${keys.join(", ")}`;
  if (known) await client.query(`LOCK TABLE ${known.relation.relation} IN SHARE ROW EXCLUSIVE MODE`);
  await client.query(
    `CREATE TABLE ${newerTable(entry)} AS SELECT ${[...keys, ...flags].join(", ")} FROM ${from} ${group}`,
  );
}

/** Condition: the row `t` of the table is the kept one, by the key that it has now. */
function isFoundNow(
  key: Resolved["key"],
  as: string,
  followers: readonly Follower[],
  place: ReadonlyMap<string, string>,
): string {
  if (!followers.some(({ resolved }) => hasMoved(resolved.entry))) return sameKey(present(key), as);
  return present(key)
    .map(({ now }) => `t.${now.name} = ${typedValue(`(${place.get(now.name) ?? ""})`, now)}`)
    .join(" AND ");
}

/** Condition: the kept row `a` was taken away later in the run, so that the one under its key today is another. */
async function isOther(
  client: pg.ClientBase,
  { relation, key }: Resolved,
  removed: readonly UndoEntry[],
): Promise<string> {
  const found: string[] = [];
  for (const entry of removed) {
    const rows = await resolveEntry(client, entry);
    if (rows?.relation.root !== relation.root) continue;
    const same = key.flatMap(({ stored, now }) => {
      const own = rows.columns.find((one) => one.now !== null && one.now.name === now?.name);
      return own ? [`${asText(`s.${own.stored}`)} = ${asText(`a.${stored}`)}`] : [];
    });
    if (same.length === key.length && key.length > 0)
      found.push(`EXISTS (SELECT FROM ${dataTable(entry)} AS s WHERE ${same.join(" AND ")})`);
  }
  return found.length > 0 ? `(${found.join(" OR ")})` : "false";
}

/** Whether the key of the kept rows still tells those of the table apart. */
function isUnique({ relation, key }: Resolved): boolean {
  const names = present(key).map(({ now }) => now.name);
  return relation.keys.some((own) => own.every((name) => names.includes(name)));
}

interface Follower {
  resolved: Resolved;
  join: string;
  /** Its kept row, and its flags. */
  row: string;
  flags: string;
}

/**
 * Later entries of the same rows, also by the name of a partition: a statement of the run itself is nobody's newer value.
 * @param as of the kept row
 * @returns also what its key has become by all of them, as text, by its column's name today
 */
async function followersOf(
  client: pg.ClientBase,
  { relation, key }: Resolved,
  later: readonly UndoEntry[],
  as: string,
): Promise<{ followers: Follower[]; place: Map<string, string> }> {
  const followers: Follower[] = [];
  const place = new Map(
    present(key).map(({ stored, now }) => [now.name, `${as}.${stored}::pg_catalog.text`]),
  );
  for (const entry of later) {
    const resolved = await resolveEntry(client, entry);
    if (resolved?.relation.root !== relation.root || resolved.key.length !== key.length) continue;
    // Before the statement, its rows had the key that is among its values.
    const before = hasMoved(entry) ? resolved.columns : resolved.key;
    const pairs = [...place].flatMap(([name, own]) => {
      const other = before.find((one) => one.now?.name === name);
      const after = resolved.key.find((one) => one.now?.name === name);
      return other && after ? [{ name, own, other: other.stored, after: after.stored }] : [];
    });
    if (pairs.length < key.length) continue;
    const [row, flags] = [`l${followers.length}`, `m${followers.length}`];
    const keyed = pairs.map(({ own, other }) => `${asText(`${row}.${other}`)} = ${asText(own)}`);
    const same = pairs.map(({ after }) => `${flags}.${after} = ${row}.${after}`);
    const join = `LEFT JOIN ${dataTable(entry)} AS ${row} ON ${keyed.join(" AND ")} LEFT JOIN ${newerTable(entry)} AS ${flags} ON ${same.join(" AND ")}`;
    followers.push({ resolved, join, row, flags });
    if (!hasMoved(entry)) continue;
    for (const { name, own, after } of pairs)
      place.set(name, `CASE WHEN ${row}.ctid IS NULL THEN ${own} ELSE ${row}.${after}::pg_catalog.text END`);
  }
  return { followers, place };
}

/**
 * Condition: a later statement gave the row `a` another key, and the one that is there under its own today is none that
 * it moved there.
 */
function wereLeft({ relation, key }: Resolved, followers: readonly Follower[]): string {
  const keyed = present(key);
  const moves = followers.flatMap(({ resolved }) => (hasMoved(resolved.entry) ? [resolved] : []));
  if (moves.length === 0) return "false";
  const among = (which: "columns" | "key") => {
    const found = moves.map((one) => {
      const same = keyed.map(({ stored, now }) => {
        const own = one[which].find((column) => column.now?.name === now.name);
        return `${asText(`s.${own?.stored}`)} = ${asText(`a.${stored}`)}`;
      });
      return `EXISTS (SELECT FROM ${dataTable(one.entry)} AS s WHERE ${same.join(" AND ")})`;
    });
    return `(${found.join(" OR ")})`;
  };
  const there = `EXISTS (SELECT FROM ${ownRows(relation)} AS u WHERE ${sameKey(keyed, "a", "u")})`;
  return `(${among("columns")} AND NOT ${among("key")} AND ${there})`;
}

/** A later statement that changed keys which a foreign key ON UPDATE CASCADE made the rows refer to anew. */
interface ReferenceMove {
  statement: number;
  /** By its name today. */
  column: string;
  /** What a value of it, as text, has become. */
  of(value: string): string;
}

/** In the order in which they happened. Of foreign keys of one column: of others, a part says too little. */
async function referenceMoves(
  client: pg.ClientBase,
  { relation }: Resolved,
  later: readonly UndoEntry[],
): Promise<ReferenceMove[]> {
  const moves: ReferenceMove[] = [];
  const keys = (await readForeignKeys(client, relation.oid)).filter(
    ({ columns, onUpdate }) => columns.length === 1 && onUpdate === "c",
  );
  for (const entry of keys.length > 0 ? later : []) {
    const parent = await resolveEntry(client, entry);
    for (const { columns, parentColumns, parentRoot } of keys) {
      const stored = parent?.columns.find(({ now }) => now?.name === parentColumns[0])?.stored;
      if (!stored || parent?.relation.root !== parentRoot) continue;
      const same = entry.key.map((name) => `x.${name} = d.${name}`).join(" AND ");
      const from = `${dataTable(entry)} AS d JOIN ${UNDO_SCHEMA}.${entry.after} AS x ON ${same}`;
      moves.push({
        ...{ statement: entry.statement, column: columns[0] ?? "" },
        of: (value) =>
          `coalesce((SELECT ${asText(`x.${stored}`)} FROM ${from} WHERE ${asText(`d.${stored}`)} = ${value} LIMIT 1), ${value})`,
      });
    }
  }
  return moves;
}

/** What the nearest later statement found is what this one left, unless somebody wrote in between or since. */
function isNewer(
  now: UndoColumn,
  left: string,
  followers: readonly Follower[],
  moves: readonly ReferenceMove[],
): string {
  const leftBefore = (statement: number) =>
    moves
      .filter((move) => move.column === now.name && move.statement < statement)
      .reduce((value, move) => move.of(value), asText(left));
  return followers.reduceRight(
    (otherwise, { resolved, row, flags }) => {
      const i = resolved.columns.findIndex((column) => column.now?.name === now.name);
      if (i < 0) return otherwise;
      const kept = `${row}.${resolved.columns[i]?.stored}`;
      return `CASE WHEN ${row}.ctid IS NULL THEN ${otherwise}
        ELSE coalesce(${flags}.newer_${i}, false) OR ${asText(kept)} IS DISTINCT FROM ${leftBefore(resolved.entry.statement)} END`;
    },
    `${asText(`t.${now.name}`)} IS DISTINCT FROM ${leftBefore(Number.POSITIVE_INFINITY)}`,
  );
}

/** The kept values, `d`, with what somebody has changed since, `n`. */
function keptValues(entry: UndoEntry) {
  const join = entry.key.map((name) => `n.${name} = d.${name}`).join(" AND ");
  const newerIn = (stored: string) => `coalesce(n.newer_${entry.columns.indexOf(stored)}, false)`;
  return {
    from: `FROM ${dataTable(entry)} AS d LEFT JOIN ${newerTable(entry)} n ON ${join}`,
    newerIn,
    /** What an UPDATE of the table, `t`, sets a column to. */
    unlessNewer: (stored: string, { name }: UndoColumn, value: string) =>
      `${name} = CASE WHEN ${newerIn(stored)} THEN t.${name} ELSE ${value} END`,
  };
}

/**
 * Takes the values away that `putValues` puts back.
 * @param later entries of the run that kept values after it, nearest first: their statements may have changed the key
 */
export async function emptyValues(
  client: pg.ClientBase,
  one: Resolved,
  later: readonly UndoEntry[],
): Promise<void> {
  const { entry, relation, columns, key } = one;
  const { from, unlessNewer } = keptValues(entry);
  const { followers, place } = await followersOf(client, one, later, "d");
  const joins = followers.map(({ join }) => join).join(" ");
  const set = present(columns).map(({ stored, now }) => unlessNewer(stored, now, "NULL"));
  await client.query(
    `UPDATE ${ownRows(relation)} AS t SET ${set.join(", ")} ${from} ${joins} WHERE ${isFoundNow(key, "d", followers, place)}`,
  );
}

/**
 * Sets the values that nobody has changed since, column by column, in the rows that are still there.
 * @param singly row by row: what the server refuses stays as it is
 */
export async function putValues(
  client: pg.ClientBase,
  one: Resolved,
  { singly }: { singly: boolean },
): Promise<PutBack> {
  const { entry, relation, columns, key } = one;
  const there = present(columns);
  const keys = present(key);
  const { from, newerIn, unlessNewer } = keptValues(entry);
  const anyNewer = there.map(({ stored }) => newerIn(stored)).join(" OR ") || "false";
  const found = `EXISTS (SELECT FROM ${ownRows(relation)} AS t WHERE ${sameKey(keys, "d")})`;
  const parents = await parentsOf(client, one, []);
  const gone = await count(client, `${from} WHERE NOT ${found}`);
  const newer = await count(client, `${from} WHERE ${found} AND (${parents}) AND (${anyNewer})`);
  const orphaned = await count(client, `${from} WHERE ${found} AND NOT (${parents})`);
  const set = there.map(({ stored, type, now }) => unlessNewer(stored, now, fitting("d", stored, now, type)));
  const asIs = await openIdentity(
    client,
    relation,
    there.map(({ now }) => now.name),
  );
  const place = `${sameKey(keys, "d")} AND (${parents})`;
  const update = `UPDATE ${ownRows(relation)} AS t SET ${set.join(", ")} ${from} WHERE ${place}`;
  const fits = `${found} AND (${parents})`;
  // Asked before: the rows of a key that changes are not found by it afterwards.
  const most = await count(client, `${from} WHERE ${fits}`);
  const { rows: left } = await client.query<{ place: string }>(
    `SELECT d.ctid::text AS place ${from} WHERE NOT ${found} OR (${anyNewer}) OR NOT (${parents}) ORDER BY d.ctid LIMIT ${EXAMPLES}`,
  );
  const refused = singly ? await tryEach(client, one, `${update} AND d.ctid = ${THIS_ROW}`, fits) : [];
  const done = singly ? null : (await client.query(update)).rowCount;
  const changed = done !== null && isUnique(one) ? done : most - refused.length;
  for (const sql of asIs) await client.query(sql);
  const { rows } = await client.query<{ key: string }>(
    `SELECT ${keyText(keys)} AS key FROM ${dataTable(entry)} AS d WHERE d.ctid = ANY ($1::tid[]) ORDER BY d.ctid LIMIT ${EXAMPLES}`,
    [[...left, ...refused].map((row) => row.place)],
  );
  const examples = rows.map((row) => row.key);
  const whys = refused.map(({ why }) => why);
  // A row that is newer in one column and refused in another is told once.
  const both = await count(
    client,
    `${from} WHERE ${fits} AND (${anyNewer}) AND d.ctid = ANY ('{${places(refused)}}'::tid[])`,
  );
  return {
    restored: changed - newer + both,
    newer: newer - both,
    ...{ gone, orphaned, ...told(entry, refused.length, whys), examples },
  };
}

const places = (refused: readonly RefusedRow[]) => refused.map(({ place }) => `"${place}"`).join();

/** An UPDATE may not set GENERATED ALWAYS columns (docs: CREATE TABLE). @returns how to close them again */
async function openIdentity(
  client: pg.ClientBase,
  { relation, columns }: UndoRelation,
  names: readonly string[],
): Promise<string[]> {
  const closed = columns.filter(({ always, name }) => always && names.includes(name));
  const set = (name: string, how: string) =>
    `ALTER TABLE ${relation} ALTER COLUMN ${name} SET GENERATED ${how}`;
  for (const { name } of closed) await client.query(set(name, "BY DEFAULT"));
  return closed.map(({ name }) => set(name, "ALWAYS"));
}
