import type pg from "pg";
import { count, EXAMPLES, keyText, parentsThere, present, sameKey } from "./put-rows";
import { ownRows, typed, type UndoRelation } from "./relation";
import { dataTable, newerTable, type Resolved, resolveEntry } from "./resolve";
import { type PutBack, UNDO_SCHEMA, type UndoEntry } from "./store";

/**
 * Which of the kept values somebody has changed since the statement: a table with the key and one flag a column.
 * @param after what the statement made of the values
 */
export async function markNewer(client: pg.ClientBase, entry: UndoEntry, after: string): Promise<void> {
  const resolved = await resolveEntry(client, entry);
  const keys = entry.key.map((name) => `a.${name}`);
  const known = resolved?.key.every(({ now }) => now !== null) ? resolved : null;
  const flags = entry.columns.map((name, i) => {
    const now = known?.columns[i]?.now;
    // Compared as text: not every type has an equality.
    const differs = `(t.${now?.name}::pg_catalog.text) COLLATE "C" IS DISTINCT FROM (a.${name}::pg_catalog.text) COLLATE "C"`;
    return `${now ? differs : "false"} AS newer_${i}`;
  });
  const from = known
    ? `${ownRows(known.relation)} AS t JOIN ${UNDO_SCHEMA}.${after} AS a ON ${sameKey(present(known.key), "a")}`
    : `${UNDO_SCHEMA}.${after} AS a WHERE false`;
  if (known) await client.query(`LOCK TABLE ${known.relation.relation} IN SHARE ROW EXCLUSIVE MODE`);
  await client.query(
    `CREATE TABLE ${newerTable(entry)} AS SELECT ${[...keys, ...flags].join(", ")} FROM ${from}`,
  );
}

/** Sets the values that nobody has changed since, column by column, in the rows that are still there. */
export async function putValues(
  client: pg.ClientBase,
  { entry, relation, columns, key }: Resolved,
): Promise<PutBack> {
  const there = present(columns);
  const keys = present(key);
  const flag = (stored: string) => `coalesce(n.newer_${entry.columns.indexOf(stored)}, false)`;
  const join = entry.key.map((name) => `n.${name} = d.${name}`).join(" AND ");
  const beside = entry.after ? `LEFT JOIN ${newerTable(entry)} n ON ${join}` : "";
  const anyNewer = entry.after ? there.map(({ stored }) => flag(stored)).join(" OR ") || "false" : "false";
  const found = `EXISTS (SELECT FROM ${ownRows(relation)} AS t WHERE ${sameKey(keys, "d")})`;
  const parents = await parentsThere(client, relation, [], (name) => {
    const own = there.find(({ now }) => now.name === name);
    return own ? { typed: typed("d", own.stored, own.now), raw: `d.${own.stored}` } : null;
  });
  const from = `FROM ${dataTable(entry)} AS d ${beside}`;
  const gone = await count(client, `${from} WHERE NOT ${found}`);
  const newer = await count(client, `${from} WHERE ${found} AND (${parents}) AND (${anyNewer})`);
  const orphaned = await count(client, `${from} WHERE ${found} AND NOT (${parents})`);
  const { rows } = await client.query<{ key: string }>(
    `SELECT ${keyText(keys)} AS key ${from} WHERE NOT ${found} OR (${anyNewer}) OR NOT (${parents}) LIMIT ${EXAMPLES}`,
  );
  const set = there.map(({ stored, now }) => {
    const kept = typed("d", stored, now);
    return `${now.name} = ${entry.after ? `CASE WHEN ${flag(stored)} THEN t.${now.name} ELSE ${kept} END` : kept}`;
  });
  const asIs = await openIdentity(
    client,
    relation,
    there.map(({ now }) => now.name),
  );
  const changed = await client.query(
    `UPDATE ${ownRows(relation)} AS t SET ${set.join(", ")} ${from} WHERE ${sameKey(keys, "d")} AND (${parents})`,
  );
  for (const sql of asIs) await client.query(sql);
  const examples = rows.map((row) => row.key);
  return { restored: (changed.rowCount ?? 0) - newer, newer, gone, orphaned, examples };
}

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
