import type pg from "pg";

const USER_SCHEMA = `n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_'
  AND ($1::text[] IS NULL OR n.nspname = ANY ($1))`;

/**
 * Nothing that an extension made (pg_depend, deptype e) and nothing that goes with something else (deptype i). A column
 * of a partition key goes with its own table: only what is said of the whole object counts.
 */
const OWN = (catalog: string, oid: string) => `NOT EXISTS (
  SELECT FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.${catalog}'::regclass AND d.objid = ${oid}
     AND d.objsubid = 0 AND d.deptype IN ('e', 'i'))`;

const inSchema = (catalog: string, schema: string, more = "true") => `
  SELECT 'pg_catalog.${catalog}'::regclass AS catalog, x.oid FROM pg_catalog.${catalog} x
    JOIN pg_catalog.pg_namespace n ON n.oid = x.${schema}
   WHERE ${USER_SCHEMA} AND ${OWN(catalog, "x.oid")} AND ${more}`;

/** Objects without a schema; of a whole database only. 16384: the first oid that is not PostgreSQL's own. */
const ofDatabase = (catalog: string) => `
  SELECT 'pg_catalog.${catalog}'::regclass, x.oid FROM pg_catalog.${catalog} x
   WHERE $1::text[] IS NULL AND x.oid >= 16384 AND ${OWN(catalog, "x.oid")}`;

const OBJECTS = [
  ofDatabase("pg_event_trigger"),
  ofDatabase("pg_publication"),
  inSchema(
    "pg_class",
    "relnamespace",
    "x.relkind IN ('r', 'p', 'f', 'v', 'm', 'S') AND NOT x.relispartition",
  ),
  inSchema("pg_proc", "pronamespace"),
  inSchema(
    "pg_type",
    "typnamespace",
    `x.typtype IN ('b', 'c', 'd', 'e', 'p', 'r') AND (x.typrelid = 0 OR
       (SELECT c.relkind = 'c' FROM pg_catalog.pg_class c WHERE c.oid = x.typrelid))`,
  ),
  inSchema("pg_operator", "oprnamespace"),
  inSchema("pg_opclass", "opcnamespace"),
  inSchema("pg_opfamily", "opfnamespace"),
  inSchema("pg_collation", "collnamespace"),
  inSchema("pg_conversion", "connamespace"),
  inSchema("pg_ts_config", "cfgnamespace"),
  inSchema("pg_ts_dict", "dictnamespace"),
  inSchema("pg_ts_template", "tmplnamespace"),
  inSchema("pg_ts_parser", "prsnamespace"),
  ofDatabase("pg_cast"),
  ofDatabase("pg_transform"),
  ofDatabase("pg_foreign_server"),
  ofDatabase("pg_foreign_data_wrapper"),
  ofDatabase("pg_language"),
  ofDatabase("pg_am"),
].join("\nUNION ALL\n");

/** Without the modes of its arguments, DROP may mean another procedure as well (docs: "DROP PROCEDURE", Notes). */
const IDENTITY = `CASE o.type WHEN 'procedure' THEN
  (SELECT pg_catalog.format('%I.%I(%s)', n.nspname, p.proname, pg_catalog.pg_get_function_identity_arguments(p.oid))
     FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace WHERE p.oid = x.oid)
  ELSE o.identity END`;

const AT_ONCE = 100;

/**
 * Removes what users made in these schemas (null: in the whole database), inside of the caller's transaction.
 * Extensions stay, with the schemas that they need: a role that has to work in place may often not make them anew.
 */
export async function dropContents(client: pg.Client, schemas: readonly string[] | null): Promise<void> {
  const { rows } = await client.query<{ type: string; identity: string }>(
    `SELECT o.type, ${IDENTITY} AS identity FROM (${OBJECTS}) AS x(catalog, oid),
            LATERAL pg_catalog.pg_identify_object(x.catalog, x.oid, 0) AS o`,
    [schemas],
  );
  // Each may have gone with one before.
  const drops = rows.map(
    ({ type, identity }) => `DROP ${keyword(type)} IF EXISTS ${named(type, identity)} CASCADE;`,
  );
  for (let at = 0; at < drops.length; at += AT_ONCE)
    await client.query(drops.slice(at, at + AT_ONCE).join("\n"));
  await dropSchemas(client, schemas);
  if (schemas === null) {
    await client.query("SELECT pg_catalog.lo_unlink(oid) FROM pg_catalog.pg_largeobject_metadata");
  }
}

/** pg_identify_object's words are those of DROP, but for these. */
function keyword(type: string): string {
  if (type === "foreign-data wrapper") return "FOREIGN DATA WRAPPER";
  // DROP AGGREGATE wants f(*) where the identity is f().
  if (type === "aggregate") return "ROUTINE";
  return type.toUpperCase();
}

/** "for integer on language sql" */
function named(type: string, identity: string): string {
  return type === "transform" ? identity.replace(/ on (language (?:"[^"]*"|\S+))$/, " $1") : identity;
}

/** A role that may not make schemas keeps them, emptied. */
async function dropSchemas(client: pg.Client, schemas: readonly string[] | null): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT pg_catalog.quote_ident(n.nspname) AS name FROM pg_catalog.pg_namespace n
      WHERE ${USER_SCHEMA} AND n.nspname <> 'public' AND ${OWN("pg_namespace", "n.oid")}
        AND NOT EXISTS (SELECT FROM pg_catalog.pg_extension e WHERE e.extnamespace = n.oid)
        AND pg_catalog.has_database_privilege(pg_catalog.current_database(), 'CREATE')`,
    [schemas],
  );
  for (const { name } of rows) await client.query(`DROP SCHEMA ${name} CASCADE`);
}
