import type pg from "pg";

/** What a table holds: number of rows, and of each column its type and a digest of its values. */
export interface TableRows {
  count: number;
  /** Of a partition and of the table at the top: the latter, whose rows these are too. */
  whole: string | null;
  columns: Map<string, { type: string; digest: string }>;
}

/** Of every table by itself, without its children; generated and composite columns aside (the text of those says more with every attribute). */
export async function readRows(client: pg.ClientBase): Promise<Map<string, TableRows>> {
  const { rows } = await client.query<{
    name: string;
    whole: string | null;
    columns: { name: string; type: string }[];
  }>(
    `SELECT quote_ident(n.nspname) || '.' || quote_ident(c.relname) AS name,
      (SELECT coalesce(json_agg(json_build_object('name', quote_ident(a.attname), 'type', format_type(a.atttypid, a.atttypmod))), '[]') FROM pg_attribute a
        WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
          AND NOT EXISTS (WITH RECURSIVE made(oid) AS (SELECT a.atttypid UNION SELECT part FROM made JOIN pg_type t ON t.oid = made.oid, unnest(ARRAY[t.typelem, t.typbasetype]) part WHERE part <> 0)
            SELECT 1 FROM made JOIN pg_type t ON t.oid = made.oid WHERE t.typtype = 'c')) AS columns,
      CASE WHEN c.relispartition OR c.relkind = 'p' THEN (SELECT quote_ident(rn.nspname) || '.' || quote_ident(r.relname) FROM pg_class r JOIN pg_namespace rn ON rn.oid = r.relnamespace WHERE r.oid = pg_partition_root(c.oid)) END AS whole
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE (c.relkind = 'r' OR c.relkind = 'p' AND NOT c.relispartition AND NOT EXISTS (SELECT FROM pg_partition_tree(c.oid) t JOIN pg_class f ON f.oid = t.relid WHERE f.relkind = 'f')) AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'`,
  );
  const tables = new Map<string, TableRows>();
  for (const { name, whole, columns } of rows)
    tables.set(name, await readTable(client, name, whole, columns));
  return tables;
}

async function readTable(
  client: pg.ClientBase,
  name: string,
  whole: string | null,
  columns: { name: string; type: string }[],
): Promise<TableRows> {
  const only = whole === name ? "" : "ONLY ";
  const count = Number(
    (await client.query<{ count: string }>(`SELECT count(*) FROM ${only}${name}`)).rows[0]?.count,
  );
  const table: TableRows = { count, whole, columns: new Map() };
  if (count === 0) return table;
  for (const column of columns) {
    const { rows } = await client.query<{ digest: string }>(
      `SELECT md5(string_agg(coalesce(${column.name}::text, '-'), '|' ORDER BY ${column.name}::text COLLATE "C")) AS digest FROM ${only}${name}`,
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
    if (
      !is ||
      was.whole === name ||
      is.whole === name ||
      (was.whole !== null && was.whole === is.whole && sameRows(was.whole, before, after))
    )
      continue;
    if (is.count !== was.count) losses.push(`${name} had ${was.count} rows and has ${is.count}`);
    for (const [column, { type, digest }] of was.columns) {
      const now = is.columns.get(column);
      if (is.count === was.count && now && now.type === type && now.digest !== digest)
        losses.push(`${name}.${column} has other values`);
    }
  }
  return losses;
}

/** Rows that moved from one partition to another are still those of the whole. */
function sameRows(name: string, before: Map<string, TableRows>, after: Map<string, TableRows>): boolean {
  const [was, is] = [before.get(name), after.get(name)];
  if (!was || was.count !== is?.count) return false;
  return [...was.columns].every(([column, { digest }]) => {
    const now = is.columns.get(column);
    return now === undefined || now.digest === digest;
  });
}
