import type pg from "pg";

/** What ANALYZE without a list takes, but for those whose rows lie on other servers: these may be slow or out of reach. */
const TABLES = `
WITH RECURSIVE above AS (
  SELECT i.inhparent AS oid FROM pg_catalog.pg_class c JOIN pg_catalog.pg_inherits i ON i.inhrelid = c.oid
   WHERE c.relkind = 'f'
  UNION SELECT i.inhparent FROM above JOIN pg_catalog.pg_inherits i ON i.inhrelid = above.oid)
SELECT pg_catalog.format('%I.%I', n.nspname, c.relname) AS name
  FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind IN ('r', 'm', 'p') AND c.relpersistence <> 't' AND c.oid NOT IN (SELECT oid FROM above)
   AND ($1::text[] IS NULL OR n.nspname = ANY ($1))`;

const AT_ONCE = 500;

/** Gives the planner its statistics of everything that was restored. @param schemas null: the whole database */
export async function analyzeTables(
  client: pg.Client,
  schemas: readonly string[] | null = null,
): Promise<void> {
  const { rows } = await client.query<{ name: string }>(TABLES, [schemas]);
  for (let at = 0; at < rows.length; at += AT_ONCE) {
    const names = rows.slice(at, at + AT_ONCE).map(({ name }) => name);
    await client.query(`ANALYZE ${names.join(", ")}`);
  }
}
