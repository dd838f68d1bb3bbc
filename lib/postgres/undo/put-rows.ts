import type pg from "pg";
import {
  type ForeignKey,
  ownRows,
  readForeignKeys,
  typed,
  type UndoColumn,
  type UndoRelation,
} from "./relation";
import { dataTable, type KeptColumn, type Resolved } from "./resolve";
import type { PutBack } from "./store";

export const EXAMPLES = 20;

/** A kept column that the table has today. */
export interface Present {
  stored: string;
  now: UndoColumn;
}

export const present = (columns: readonly KeptColumn[]): Present[] =>
  columns.flatMap(({ stored, now }) => (now && !now.generated ? [{ stored, now }] : []));

/** `t.id = d.id AND …`, by the equality of the table's own type and collation. */
export function sameKey(key: readonly Present[], as: string): string {
  return key.map(({ stored, now }) => `t.${now.name} = ${typed(as, stored, now)}`).join(" AND ");
}

/** Text of a row's key for people. */
export function keyText(key: readonly Present[]): string {
  return `pg_catalog.concat_ws(', ', ${key.map(({ stored }) => `d.${stored}::pg_catalog.text`).join(", ")})`;
}

/** @param together entries that come back at the same time, this one among them: their rows may be its parents */
export async function putRows(
  client: pg.ClientBase,
  { entry, relation, columns, key }: Resolved,
  together: readonly Resolved[],
): Promise<PutBack> {
  const there = present(columns);
  const keyed = present(key);
  const parents = await parentsThere(client, relation, together, (name) => {
    const own = there.find(({ now }) => now.name === name);
    return own ? { typed: typed("d", own.stored, own.now), raw: `d.${own.stored}` } : null;
  });
  const orphaned = await count(client, `FROM ${dataTable(entry)} AS d WHERE NOT (${parents})`);
  const taken =
    keyed.length > 0
      ? `EXISTS (SELECT FROM ${ownRows(relation)} AS t WHERE ${sameKey(keyed, "d")})`
      : "false";
  // ON CONFLICT refuses tables with deferrable unique constraints; there the key alone decides.
  const guard = (await hasDeferrableUnique(client, relation)) ? `AND NOT ${taken}` : "ON CONFLICT DO NOTHING";
  const list = there.map(({ now }) => now.name).join(", ");
  const values = there.map(({ stored, now }) => typed("d", stored, now)).join(", ");
  const insert = `INSERT INTO ${relation.relation} ${list ? `(${list}) OVERRIDING SYSTEM VALUE` : ""} SELECT ${values}
    FROM ${dataTable(entry)} AS d WHERE (${parents}) ${guard}`;
  const back = keyed.map(({ stored, now }) => `b.${now.name} = ${typed("d", stored, now)}`).join(" AND ");
  const returning = keyed.map(({ now }) => now.name).join(", ") || "1";
  const { rows } = await client.query<{ restored: number; examples: string[] }>(
    `WITH b AS (${insert} RETURNING ${returning}) SELECT (SELECT pg_catalog.count(*)::float8 FROM b) AS restored,
       ${keyed.length === 0 ? "'{}'::text[]" : `ARRAY(SELECT ${keyText(keyed)} FROM ${dataTable(entry)} AS d WHERE NOT EXISTS (SELECT FROM b WHERE ${back}) LIMIT ${EXAMPLES})`} AS examples`,
  );
  const { restored, examples } = rows[0] as { restored: number; examples: string[] };
  await moveSequences(client, relation);
  return { restored, newer: entry.rows - restored - orphaned, gone: 0, orphaned, examples };
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
    const match = key.parentColumns.map((name, i) => `p.${name} = ${values[i]?.typed}`).join(" AND ");
    const there = `EXISTS (SELECT FROM ${key.parent} p WHERE ${match})`;
    conditions.push(`(${[...empty, there, ...comesBack(key, together, values)].join(" OR ")})`);
  }
  return conditions.join(" AND ") || "true";
}

function comesBack(
  key: ForeignKey,
  together: readonly Resolved[],
  values: readonly { raw: string }[],
): string[] {
  return together.flatMap(({ entry, relation, columns }) => {
    if (relation.root !== key.parentRoot) return [];
    const stored = key.parentColumns.map((name) => columns.find(({ now }) => now?.name === name)?.stored);
    if (stored.includes(undefined)) return [];
    // Both as text: one side may be stored so.
    const same = stored.map(
      (name, i) =>
        `(s.${name}::pg_catalog.text) COLLATE "C" = (${values[i]?.raw}::pg_catalog.text) COLLATE "C"`,
    );
    return [`EXISTS (SELECT FROM ${dataTable(entry)} s WHERE ${same.join(" AND ")})`];
  });
}

async function hasDeferrableUnique(client: pg.ClientBase, relation: UndoRelation): Promise<boolean> {
  const found = await client.query(
    "SELECT FROM pg_catalog.pg_constraint WHERE conrelid = $1::oid AND contype IN ('p', 'u', 'x') AND condeferrable LIMIT 1",
    [relation.oid],
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
