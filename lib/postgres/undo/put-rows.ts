import type pg from "pg";
import { fitting } from "./fitting";
import {
  type ForeignKey,
  ownRows,
  readForeignKeys,
  typed,
  type UndoColumn,
  type UndoRelation,
} from "./relation";
import { asideTable, dataTable, type KeptColumn, notAside, type Resolved } from "./resolve";
import type { PutBack, UndoEntry } from "./store";

export const EXAMPLES = 20;

/** A kept column that the table has today. */
export interface Present {
  stored: string;
  /** Its type as it is stored. */
  type: string;
  now: UndoColumn;
}

export const present = (columns: readonly KeptColumn[]): Present[] =>
  columns.flatMap(({ stored, type, now }) => (now && !now.generated ? [{ stored, type, now }] : []));

/** Compared as text: not every type has an equality, and one side may be stored so. */
export const asText = (value: string) => `(${value}::pg_catalog.text) COLLATE "C"`;

/** `t.id = d.id AND …`, by the equality of the table's own type and collation. */
export function sameKey(key: readonly Present[], as: string, table = "t"): string {
  return key.map(({ stored, now }) => `${table}.${now.name} = ${typed(as, stored, now)}`).join(" AND ");
}

/** Text of a row's key for people. */
export function keyText(key: readonly Present[]): string {
  return `pg_catalog.concat_ws(', ', ${key.map(({ stored }) => `d.${stored}::pg_catalog.text`).join(", ")})`;
}

/**
 * Parts of the statement that puts rows back. Where a change of type made the values what they were when the rows were
 * taken away, those from before it come back at once: the others may not convert any more.
 */
export function insertOf({ entry, relation, columns, key, originals = [] }: Resolved) {
  const there = present(columns);
  const keyed = present(key);
  const list = there.map(({ now }) => now.name).join(", ");
  // The last statement's come first, so that the first one's values win.
  const kept = ({ stored, type, now }: Present) =>
    originals.reduce(
      (value, original, i) => {
        const before = original.columns.find((column) => column.now?.name === now.name);
        if (!before) return value;
        return `CASE WHEN o${i}.ctid IS NULL THEN ${value} ELSE ${fitting(`o${i}`, before.stored, now, before.type)} END`;
      },
      fitting("d", stored, now, type),
    );
  const joins = originals.map(({ entry: other, key: pairs }, i) => {
    const same = pairs.map(({ there: name, here }) => `${asText(`o${i}.${name}`)} = ${asText(`d.${here}`)}`);
    return ` LEFT JOIN ${dataTable(other)} AS o${i} ON ${same.join(" AND ")}`;
  });
  return {
    into: `INSERT INTO ${relation.relation} ${list ? `(${list}) OVERRIDING SYSTEM VALUE` : ""}`,
    values: there.map(kept).join(", "),
    from: `FROM ${dataTable(entry)} AS d${joins.join("")}`,
    /** The key of the kept row `d` is there again. */
    taken:
      keyed.length > 0
        ? `EXISTS (SELECT FROM ${ownRows(relation)} AS t WHERE ${sameKey(keyed, "d")})`
        : "false",
  };
}

/** Condition: every row that the kept row `d` refers to is there, or comes back with it. */
export function parentsOf(
  client: pg.ClientBase,
  { relation, columns }: Resolved,
  together: readonly Resolved[],
): Promise<string> {
  const there = present(columns);
  return parentsThere(client, relation, together, (name) => {
    const own = there.find(({ now }) => now.name === name);
    return own ? { typed: typed("d", own.stored, own.now), raw: `d.${own.stored}` } : null;
  });
}

/** @param together entries that come back at the same time, this one among them: their rows may be its parents */
export async function putRows(
  client: pg.ClientBase,
  one: Resolved,
  together: readonly Resolved[],
): Promise<PutBack> {
  const { entry, relation, key, aside } = one;
  const keyed = present(key);
  const { into, values, from, taken } = insertOf(one);
  const data = dataTable(entry);
  const parents = await parentsOf(client, one, together);
  const otherwise = aside
    ? `EXISTS (SELECT FROM ${asideTable(entry)} x WHERE x.place = d.ctid AND x.kind <> 'orphaned')`
    : "false";
  const orphaned = await count(client, `FROM ${data} AS d WHERE NOT (${parents}) AND NOT ${otherwise}`);
  // Without a key or ON CONFLICT, rows whose place is taken are found one by one.
  const plain = keyed.length === 0 || (await refusesOnConflict(client, relation));
  const guard = plain ? `AND NOT ${taken}` : "ON CONFLICT DO NOTHING";
  const insert = `${into} SELECT ${values} ${from} WHERE (${parents})${notAside(one, "d")} ${guard}`;
  const back = keyed.map(({ stored, now }) => `b.${now.name} = ${typed("d", stored, now)}`).join(" AND ");
  const returning = keyed.map(({ now }) => now.name).join(", ") || "1";
  const left =
    keyed.length > 0
      ? `SELECT ${keyText(keyed)} FROM ${data} AS d WHERE NOT EXISTS (SELECT FROM b WHERE ${back})`
      : aside
        ? `SELECT pg_catalog.left(d::pg_catalog.text, 200) FROM ${data} AS d JOIN ${asideTable(entry)} x ON x.place = d.ctid`
        : null;
  const { rows } = await client.query<{ restored: number; examples: string[] }>(
    `WITH b AS (${insert} RETURNING ${returning}) SELECT (SELECT pg_catalog.count(*)::float8 FROM b) AS restored,
       ${left === null ? "'{}'::text[]" : `ARRAY(${left} ORDER BY d.ctid LIMIT ${EXAMPLES})`} AS examples`,
  );
  const { restored, examples } = rows[0] as { restored: number; examples: string[] };
  await moveSequences(client, relation);
  const refused = aside?.refused ?? 0;
  const newer = entry.rows - restored - orphaned - refused;
  return { restored, newer, gone: 0, orphaned, ...told(entry, refused, aside?.messages ?? []), examples };
}

/** How many messages of the server are told of one entry. */
const MESSAGES = 3;

/** What is said of rows that the server refused. */
export function told(
  { rows }: UndoEntry,
  refused: number,
  messages: readonly string[],
): Pick<PutBack, "refused" | "message" | "reason"> {
  if (refused === 0) return {};
  const message = [...new Set(messages)].slice(0, MESSAGES).join("; ");
  return { refused, message, ...(refused === rows ? { reason: "refused" } : {}) };
}

/** The kept value of a column, as the column's type and as it is stored; null: it is not kept. */
type ValueOf = (name: string) => { typed: string; raw: string } | null;

/**
 * Condition: every row that the foreign keys name is there, or comes back with it.
 * @param kept by the column's name today
 */
export async function parentsThere(
  client: pg.ClientBase,
  relation: UndoRelation,
  together: readonly Resolved[],
  kept: ValueOf,
): Promise<string> {
  const conditions: string[] = [];
  for (const key of await readForeignKeys(client, relation.oid)) {
    const values = key.columns.flatMap((name) => kept(name) ?? []);
    if (values.length < key.columns.length) continue;
    const empty = values.map(({ raw }) => `${raw} IS NULL`);
    const match = key.parentColumns.map((name, i) => `p.${name} = ${values[i]?.typed}`);
    const there = key.period
      ? `${values.at(-1)?.typed} <@ (SELECT pg_catalog.range_agg(p.${key.parentColumns.at(-1)}) FROM ${key.parent} p WHERE ${match.slice(0, -1).join(" AND ")})`
      : `EXISTS (SELECT FROM ${key.parent} p WHERE ${match.join(" AND ")})`;
    conditions.push(`(${[...empty, there, ...comesBack(key, together, values)].join(" OR ")})`);
  }
  return conditions.join(" AND ") || "true";
}

function comesBack(
  key: ForeignKey,
  together: readonly Resolved[],
  values: readonly { raw: string }[],
): string[] {
  return together.flatMap((one) => {
    const { entry, relation, columns } = one;
    if (relation.root !== key.parentRoot) return [];
    const stored = key.parentColumns.map((name) => columns.find(({ now }) => now?.name === name)?.stored);
    if (stored.includes(undefined)) return [];
    // Both as text: one side may be stored so.
    const same = stored.map(
      (name, i) =>
        `(s.${name}::pg_catalog.text) COLLATE "C" = (${values[i]?.raw}::pg_catalog.text) COLLATE "C"`,
    );
    return [`EXISTS (SELECT FROM ${dataTable(entry)} s WHERE ${same.join(" AND ")}${notAside(one, "s")})`];
  });
}

/** Tables with deferrable unique constraints, and those with rules, silenced or not (docs: INSERT). */
async function refusesOnConflict(client: pg.ClientBase, { oid }: UndoRelation): Promise<boolean> {
  const found = await client.query(
    `SELECT FROM pg_catalog.pg_constraint WHERE conrelid = $1::oid AND contype IN ('p', 'u', 'x') AND condeferrable
     UNION ALL SELECT FROM pg_catalog.pg_rewrite WHERE ev_class = $1::oid LIMIT 1`,
    [oid],
  );
  return (found.rowCount ?? 0) > 0;
}

export async function count(client: pg.ClientBase, from: string): Promise<number> {
  const { rows } = await client.query<{ n: number }>(`SELECT pg_catalog.count(*)::float8 AS n ${from}`);
  return rows[0]?.n ?? 0;
}

/** The next number of an identity or serial column lies beyond those that came back. */
async function moveSequences(client: pg.ClientBase, relation: UndoRelation): Promise<void> {
  for (const { name, sequence } of relation.columns) {
    if (!sequence) continue;
    await client.query(
      `SELECT pg_catalog.setval($1::pg_catalog.regclass, m.highest) FROM (SELECT pg_catalog.max(${name})::int8 AS highest FROM ${relation.relation}) m
       WHERE m.highest > (SELECT last_value FROM ${sequence})`,
      [sequence],
    );
  }
}
