import type pg from "pg";

/** What a table holds: number of rows, and of each column its type and a digest of its values. */
export interface TableRows {
  count: number;
  columns: Map<string, { type: string; digest: string }>;
}

/** Of every table by itself, without its children; generated and composite columns aside (the text of those says more with every attribute). */
export async function readRows(client: pg.ClientBase): Promise<Map<string, TableRows>> {
  const { rows } = await client.query<{ name: string; columns: { name: string; type: string }[] }>(
    `SELECT quote_ident(n.nspname) || '.' || quote_ident(c.relname) AS name,
      (SELECT coalesce(json_agg(json_build_object('name', quote_ident(a.attname), 'type', format_type(a.atttypid, a.atttypmod))), '[]') FROM pg_attribute a
        WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
          AND NOT EXISTS (SELECT 1 FROM pg_type t LEFT JOIN pg_type e ON e.oid = t.typelem WHERE t.oid = a.atttypid AND 'c' IN (t.typtype, e.typtype))) AS columns
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind = 'r' AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'`,
  );
  const tables = new Map<string, TableRows>();
  for (const { name, columns } of rows) tables.set(name, await readTable(client, name, columns));
  return tables;
}

async function readTable(
  client: pg.ClientBase,
  name: string,
  columns: { name: string; type: string }[],
): Promise<TableRows> {
  const count = Number(
    (await client.query<{ count: string }>(`SELECT count(*) FROM ONLY ${name}`)).rows[0]?.count,
  );
  const table: TableRows = { count, columns: new Map() };
  if (count === 0) return table;
  for (const column of columns) {
    const { rows } = await client.query<{ digest: string }>(
      `SELECT md5(string_agg(coalesce(${column.name}::text, '-'), '|' ORDER BY ${column.name}::text COLLATE "C")) AS digest FROM ONLY ${name}`,
    );
    table.columns.set(column.name, { type: column.type, digest: rows[0]?.digest ?? "" });
  }
  return table;
}

/** Which rows or values of tables that are still there were lost. */
export function findLosses(before: Map<string, TableRows>, after: Map<string, TableRows>): string[] {
  const losses: string[] = [];
  for (const [name, was] of before) {
    const is = after.get(name);
    if (!is) continue;
    if (is.count !== was.count) losses.push(`${name} had ${was.count} rows and has ${is.count}`);
    for (const [column, { type, digest }] of was.columns) {
      const now = is.columns.get(column);
      if (is.count === was.count && now && now.type === type && now.digest !== digest)
        losses.push(`${name}.${column} has other values`);
    }
  }
  return losses;
}
