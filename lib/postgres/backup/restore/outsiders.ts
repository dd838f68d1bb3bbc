import type pg from "pg";
import { DomainError } from "../../../errors";

const OUTSIDE = `n.nspname <> 'information_schema' AND n.nspname !~ '^pg_' AND NOT n.nspname = ANY ($1::text[])`;

const inSchema = (catalog: string, schema: string) =>
  `SELECT 'pg_catalog.${catalog}'::regclass::oid AS catalog, x.oid, 0 AS part FROM pg_catalog.${catalog} x
     JOIN pg_catalog.pg_namespace n ON n.oid = x.${schema} WHERE ${OUTSIDE}`;
const ofTable = (catalog: string, table: string, more = "true") =>
  `SELECT 'pg_catalog.${catalog}'::regclass::oid, x.oid, 0 FROM pg_catalog.${catalog} x
     JOIN pg_catalog.pg_class c ON c.oid = x.${table} JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE ${OUTSIDE} AND ${more}`;
/** Without a schema. 16384: the first oid that is not PostgreSQL's own. */
const ofDatabase = (catalog: string) =>
  `SELECT 'pg_catalog.${catalog}'::regclass::oid, x.oid, 0 FROM pg_catalog.${catalog} x WHERE x.oid >= 16384`;

/** What DROP … CASCADE can take along of what lies elsewhere. */
const OUTSIDERS = [
  inSchema("pg_class", "relnamespace"),
  inSchema("pg_proc", "pronamespace"),
  inSchema("pg_type", "typnamespace"),
  inSchema("pg_operator", "oprnamespace"),
  inSchema("pg_opclass", "opcnamespace"),
  inSchema("pg_opfamily", "opfnamespace"),
  inSchema("pg_collation", "collnamespace"),
  inSchema("pg_conversion", "connamespace"),
  inSchema("pg_ts_config", "cfgnamespace"),
  inSchema("pg_ts_dict", "dictnamespace"),
  inSchema("pg_constraint", "connamespace"),
  inSchema("pg_statistic_ext", "stxnamespace"),
  `SELECT 'pg_catalog.pg_class'::regclass::oid, c.oid, x.attnum::int FROM pg_catalog.pg_attribute x
     JOIN pg_catalog.pg_class c ON c.oid = x.attrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE ${OUTSIDE} AND c.relkind IN ('r', 'p', 'f', 'c') AND x.attnum > 0 AND NOT x.attisdropped`,
  ofTable("pg_attrdef", "adrelid"),
  ofTable("pg_trigger", "tgrelid", "NOT x.tgisinternal"),
  ofTable("pg_policy", "polrelid"),
  ofTable("pg_rewrite", "ev_class"),
  ...[ofDatabase("pg_cast"), ofDatabase("pg_event_trigger"), ofDatabase("pg_publication_rel")],
  ...[ofDatabase("pg_foreign_data_wrapper"), ofDatabase("pg_language"), ofDatabase("pg_transform")],
].join("\nUNION ALL\n");

/** How many are named. */
const NAMED = 20;

/**
 * Does what drops the contents of these schemas, and makes sure that nothing goes along that lies elsewhere: the
 * archive would not bring it back. In a transaction.
 * @throws DomainError restore.outsiders
 */
export async function sparingOutsiders(
  client: pg.ClientBase,
  schemas: readonly string[],
  drop: () => Promise<void>,
): Promise<void> {
  const read = async () => {
    const { rows } = await client.query<{ key: string }>(
      `SELECT pg_catalog.concat_ws(' ', catalog, oid, part) AS key FROM (${OUTSIDERS}) AS x (catalog, oid, part)`,
      [schemas],
    );
    return rows.map(({ key }) => key);
  };
  await client.query("SAVEPOINT outsiders");
  const before = await read();
  await drop();
  const after = new Set(await read());
  const gone = before.filter((key) => !after.has(key));
  if (gone.length === 0) {
    await client.query("RELEASE SAVEPOINT outsiders");
    return;
  }
  // Only as long as they are there do they have names.
  await client.query("ROLLBACK TO SAVEPOINT outsiders");
  const parts = gone.map((key) => key.split(" "));
  const { rows } = await client.query<{ name: string }>(
    `SELECT DISTINCT i.type || ' ' || i.identity AS name
       FROM ROWS FROM (pg_catalog.unnest($1::oid[]), pg_catalog.unnest($2::oid[]), pg_catalog.unnest($3::int[])) AS x (catalog, oid, part),
            LATERAL pg_catalog.pg_identify_object(x.catalog, x.oid, x.part) AS i
      WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = x.catalog AND d.objid = x.oid
                           AND d.objsubid = x.part AND d.deptype = 'i')
      ORDER BY 1 LIMIT ${NAMED}`,
    [0, 1, 2].map((i) => parts.map((part) => part[i])),
  );
  const [names, inSchemas] = [rows.map(({ name }) => name).join("; "), schemas.join(", ")];
  throw new DomainError(
    "conflict",
    "restore.outsiders",
    `Objects outside of ${inSchemas} hang on what would be replaced, and the backup does not hold them: ${names}.`,
    {
      details: { schemas: inSchemas, names },
      hint: "Drop them first and make them again afterwards, restore chosen tables, or restore beside the database; nothing was changed.",
    },
  );
}
