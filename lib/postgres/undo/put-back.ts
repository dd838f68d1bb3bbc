import type pg from "pg";
import { readForeignKeys, readRelation, type UndoColumn, type UndoRelation } from "./relation";
import { type PutBack, UNDO_SCHEMA, type UndoEntry } from "./store";

const EXAMPLES = 20;

export interface PutBackPlan {
  /** In the order in which they are put back. */
  entries: UndoEntry[];
}

/**
 * Before the way back runs: marks what somebody else has written since the rows were kept, while the table still has
 * the shape that the migration gave it. In the transaction of the down script.
 * @param entries of one migration's run, still kept
 */
export async function beginPutBack(
  client: pg.ClientBase,
  entries: readonly UndoEntry[],
): Promise<PutBackPlan> {
  for (const entry of entries) if (entry.after) await markNewer(client, entry, entry.after);
  // The last statement first; within one, the rows that others refer to first.
  const ordered = entries.toSorted((a, b) => b.statement - a.statement || Number(a.id) - Number(b.id));
  return { entries: ordered };
}

/**
 * After the way back has run, in the same transaction: puts the kept rows and values where they were. What somebody
 * else wrote since stays, and what cannot be merged is counted and named.
 */
export async function finishPutBack(
  client: pg.ClientBase,
  plan: PutBackPlan,
): Promise<{ entry: UndoEntry; outcome: PutBack }[]> {
  const told: { entry: UndoEntry; outcome: PutBack }[] = [];
  for (const entry of plan.entries) {
    const outcome = await putBack(client, entry);
    if (entry.after) await client.query(`DROP TABLE ${newerTable(entry)}`);
    await client.query(`UPDATE ${UNDO_SCHEMA}.entry SET state = 'reverted', outcome = $2 WHERE id = $1`, [
      entry.id,
      JSON.stringify(outcome),
    ]);
    told.push({ entry, outcome });
  }
  return told;
}

const newerTable = (entry: UndoEntry) => `${UNDO_SCHEMA}.n${entry.id}`;
const dataTable = (entry: UndoEntry) => `${UNDO_SCHEMA}.${entry.data}`;

function cast(column: UndoColumn | undefined): string {
  return column?.plain === false ? "::pg_catalog.text" : "";
}

/** `t.id = d.id AND …`: types of the target's own are kept as text. */
function sameKey(relation: UndoRelation, key: readonly string[], as: string): string {
  const column = (name: string) => relation.columns.find((one) => one.name === name);
  return key.map((name) => `t.${name}${cast(column(name))} = ${as}.${name}`).join(" AND ");
}

async function markNewer(client: pg.ClientBase, entry: UndoEntry, after: string): Promise<void> {
  const relation =
    (await readRelation(client, entry.relationOid)) ?? (await readRelation(client, entry.relation));
  const there = (name: string) => relation?.columns.some((column) => column.name === name) ?? false;
  const flags = entry.columns.map((name, i) => {
    // Compared as text: not every type has an equality.
    const differs = `t.${name}::pg_catalog.text IS DISTINCT FROM a.${name}::pg_catalog.text`;
    return `${there(name) ? differs : "false"} AS newer_${i}`;
  });
  const keys = entry.key.map((name) => `a.${name}`);
  if (!relation || !entry.key.every(there)) {
    await client.query(
      `CREATE TABLE ${newerTable(entry)} AS SELECT ${[...keys, ...entry.columns.map((_, i) => `false AS newer_${i}`)].join(", ")} FROM ${UNDO_SCHEMA}.${after} AS a WHERE false`,
    );
    return;
  }
  await client.query(`LOCK TABLE ${relation.relation} IN SHARE ROW EXCLUSIVE MODE`);
  await client.query(
    `CREATE TABLE ${newerTable(entry)} AS SELECT ${[...keys, ...flags].join(", ")}
     FROM ${relation.relation} AS t JOIN ${UNDO_SCHEMA}.${after} AS a ON ${sameKey(relation, entry.key, "a")}`,
  );
}

async function putBack(client: pg.ClientBase, entry: UndoEntry): Promise<PutBack> {
  const nothing: PutBack = { restored: 0, newer: 0, gone: 0, orphaned: 0, examples: [] };
  const relation = await readRelation(client, entry.relation);
  if (!relation) return { ...nothing, reason: "no_table" };
  const columns = relation.columns.filter(
    ({ name, generated }) => entry.columns.includes(name) && !generated,
  );
  if (columns.length === 0) return { ...nothing, reason: "no_column" };
  const wholeRows = entry.kind === "drop_table" || entry.kind === "truncate" || entry.kind === "delete";
  if (!wholeRows && entry.key.length === 0) return { ...nothing, reason: "no_key" };
  const wake = await silenceTriggers(client, relation);
  const outcome = await (wholeRows
    ? putRows(client, entry, relation, columns)
    : putValues(client, entry, relation, columns));
  // After a failure there is nothing to wake: the transaction takes everything back.
  for (const sql of wake) await client.query(sql);
  return outcome;
}

/** Rows come back as they were: the table's own triggers have seen them before. @returns how to wake them again */
async function silenceTriggers(client: pg.ClientBase, relation: UndoRelation): Promise<string[]> {
  const { rows } = await client.query<{ name: string; enabled: string }>(
    `SELECT pg_catalog.quote_ident(tgname) AS name, tgenabled::text AS enabled FROM pg_catalog.pg_trigger
     WHERE tgrelid = $1::oid AND NOT tgisinternal AND tgenabled <> 'D'`,
    [relation.oid],
  );
  const modes: Record<string, string> = { A: "ENABLE ALWAYS", R: "ENABLE REPLICA", O: "ENABLE" };
  for (const { name } of rows) await client.query(`ALTER TABLE ${relation.relation} DISABLE TRIGGER ${name}`);
  return rows.map(
    ({ name, enabled }) => `ALTER TABLE ${relation.relation} ${modes[enabled] ?? "ENABLE"} TRIGGER ${name}`,
  );
}

async function count(client: pg.ClientBase, from: string): Promise<number> {
  const { rows } = await client.query<{ n: number }>(`SELECT pg_catalog.count(*)::float8 AS n ${from}`);
  return rows[0]?.n ?? 0;
}

async function putRows(
  client: pg.ClientBase,
  entry: UndoEntry,
  relation: UndoRelation,
  columns: readonly UndoColumn[],
): Promise<PutBack> {
  const parents = await parentsThere(client, entry, relation, columns);
  const keyed = relation.key.length > 0 && relation.key.every((name) => entry.columns.includes(name));
  const taken = keyed
    ? `EXISTS (SELECT FROM ${relation.relation} AS t WHERE ${sameKey(relation, relation.key, "d")})`
    : "false";
  const unmerged = `FROM ${dataTable(entry)} AS d WHERE NOT (${parents}) OR ${taken}`;
  const examples = keyed ? await exampleKeys(client, relation.key, unmerged) : [];
  const orphaned = await count(client, `FROM ${dataTable(entry)} AS d WHERE NOT (${parents})`);
  const list = columns.map(({ name }) => name).join(", ");
  const values = columns.map(({ name, type }) => `d.${name}::${type}`).join(", ");
  // ON CONFLICT refuses tables with deferrable unique constraints; there the key alone decides.
  const guard = (await hasDeferrableUnique(client, relation)) ? `AND NOT ${taken}` : "ON CONFLICT DO NOTHING";
  const inserted = await client.query(
    `INSERT INTO ${relation.relation} (${list}) OVERRIDING SYSTEM VALUE SELECT ${values}
     FROM ${dataTable(entry)} AS d WHERE (${parents}) ${guard}`,
  );
  await moveSequences(client, relation);
  const restored = inserted.rowCount ?? 0;
  return { restored, newer: entry.rows - restored - orphaned, gone: 0, orphaned, examples };
}

/** Condition on `d`: every row that its foreign keys name is there, or comes back with it. */
async function parentsThere(
  client: pg.ClientBase,
  entry: UndoEntry,
  relation: UndoRelation,
  columns: readonly UndoColumn[],
): Promise<string> {
  const conditions: string[] = [];
  for (const key of await readForeignKeys(client, relation.oid)) {
    const own = key.columns.map((name) => columns.find((column) => column.name === name));
    if (own.some((column) => column === undefined)) continue;
    const value = (i: number) => `d.${key.columns[i]}::${own[i]?.type ?? "text"}`;
    const empty = key.columns.map((name) => `d.${name} IS NULL`).join(" OR ");
    const match = key.parentColumns.map((name, i) => `p.${name} = ${value(i)}`).join(" AND ");
    const beside = key.parentColumns.map((name, i) => `s.${name} = d.${key.columns[i]}`).join(" AND ");
    const self =
      key.parent === relation.relation
        ? ` OR EXISTS (SELECT FROM ${dataTable(entry)} s WHERE ${beside})`
        : "";
    conditions.push(`(${empty} OR EXISTS (SELECT FROM ${key.parent} p WHERE ${match})${self})`);
  }
  return conditions.join(" AND ") || "true";
}

async function hasDeferrableUnique(client: pg.ClientBase, relation: UndoRelation): Promise<boolean> {
  const found = await client.query(
    "SELECT FROM pg_catalog.pg_constraint WHERE conrelid = $1::oid AND contype IN ('p', 'u', 'x') AND condeferrable LIMIT 1",
    [relation.oid],
  );
  return (found.rowCount ?? 0) > 0;
}

async function exampleKeys(client: pg.ClientBase, key: readonly string[], from: string): Promise<string[]> {
  const list = key.map((name) => `d.${name}::pg_catalog.text`).join(", ");
  const { rows } = await client.query({
    text: `SELECT pg_catalog.concat_ws(', ', ${list}) ${from} LIMIT ${EXAMPLES}`,
    rowMode: "array",
  });
  return rows.map((row: unknown[]) => String(row[0]));
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

async function putValues(
  client: pg.ClientBase,
  entry: UndoEntry,
  relation: UndoRelation,
  columns: readonly UndoColumn[],
): Promise<PutBack> {
  if (!entry.key.every((name) => relation.columns.some((column) => column.name === name)))
    return { restored: 0, newer: 0, gone: 0, orphaned: 0, examples: [], reason: "no_key" };
  const there = `EXISTS (SELECT FROM ${relation.relation} AS t WHERE ${sameKey(relation, entry.key, "d")})`;
  const flag = (name: string) => `n.newer_${entry.columns.indexOf(name)}`;
  const join = entry.key.map((name) => `n.${name} = d.${name}`).join(" AND ");
  const beside = entry.after ? `LEFT JOIN ${newerTable(entry)} n ON ${join}` : "";
  const anyNewer = entry.after
    ? columns.map(({ name }) => `coalesce(${flag(name)}, false)`).join(" OR ")
    : "false";
  const gone = await count(client, `FROM ${dataTable(entry)} AS d WHERE NOT ${there}`);
  const newer = await count(
    client,
    `FROM ${dataTable(entry)} AS d ${beside} WHERE ${there} AND (${anyNewer})`,
  );
  const unmerged = `FROM ${dataTable(entry)} AS d ${beside} WHERE NOT ${there} OR ${anyNewer}`;
  const examples = await exampleKeys(client, entry.key, unmerged);
  const set = columns.map(({ name, type }) => {
    const kept = `d.${name}::${type}`;
    return `${name} = ${entry.after ? `CASE WHEN ${flag(name)} THEN t.${name} ELSE ${kept} END` : kept}`;
  });
  const changed = await client.query(
    `UPDATE ${relation.relation} AS t SET ${set.join(", ")} FROM ${dataTable(entry)} AS d ${beside}
     WHERE ${sameKey(relation, entry.key, "d")}`,
  );
  return { restored: (changed.rowCount ?? 0) - newer, newer, gone, orphaned: 0, examples };
}
