import type pg from "pg";

const USER = "n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'";

/** What a comparison has to know at least: each catalog once, with the definitions that PostgreSQL writes. */
const QUERIES = [
  `SELECT n.oid, n.nspname, n.nspowner, n.nspacl FROM pg_namespace n WHERE ${USER}`,
  `SELECT c.oid, n.nspname, c.relname, c.relkind, c.relowner, c.relacl, c.relpersistence, c.reloptions, c.relrowsecurity, c.relreplident,
     CASE WHEN c.relkind IN ('v', 'm') THEN pg_get_viewdef(c.oid) END AS definition FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE ${USER}`,
  `SELECT a.attrelid, a.attnum, a.attname, format_type(a.atttypid, a.atttypmod) AS type, a.attnotnull, a.attidentity, a.attgenerated, a.attstorage, a.attcompression,
     a.attcollation, a.attoptions, a.attacl, pg_get_expr(d.adbin, d.adrelid) AS value
   FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
   WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p', 'f', 'v', 'm') AND ${USER}`,
  `SELECT k.oid, k.conrelid, k.conname, k.contype, k.convalidated, pg_get_constraintdef(k.oid) AS definition FROM pg_constraint k JOIN pg_namespace n ON n.oid = k.connamespace WHERE ${USER}`,
  `SELECT x.indexrelid, x.indrelid, x.indisvalid, x.indisclustered, pg_get_indexdef(x.indexrelid) AS definition FROM pg_index x JOIN pg_class c ON c.oid = x.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE ${USER}`,
  `SELECT s.* FROM pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE ${USER}`,
  `SELECT p.oid, n.nspname, p.proname, p.proowner, p.proacl, pg_get_functiondef(p.oid) AS definition FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE p.prokind <> 'a' AND ${USER}`,
  `SELECT t.oid, n.nspname, t.typname, t.typtype, t.typowner, t.typacl, t.typbasetype, t.typnotnull FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace WHERE ${USER}`,
  "SELECT enumtypid, enumlabel, enumsortorder FROM pg_enum",
  `SELECT t.oid, t.tgrelid, t.tgname, t.tgenabled, pg_get_triggerdef(t.oid) AS definition FROM pg_trigger t WHERE NOT t.tgisinternal`,
  "SELECT * FROM pg_policy",
  "SELECT objoid, classoid, objsubid, description FROM pg_description WHERE objoid >= 16384",
  "SELECT classid, objid, objsubid, refclassid, refobjid, refobjsubid, deptype FROM pg_depend WHERE objid >= 16384",
  "SELECT inhrelid, inhparent, inhseqno FROM pg_inherits",
  "SELECT oid, rolname FROM pg_roles",
];

/** Reads them in one snapshot, keeps what came, and does nothing with it. */
export async function readRaw(client: pg.ClientBase): Promise<void> {
  await client.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL search_path = ''");
  const kept: unknown[][] = [];
  for (const query of QUERIES) kept.push((await client.query(query)).rows);
  await client.query("ROLLBACK");
  if (kept.length !== QUERIES.length) throw new Error("not all catalogs were read");
}
