import type pg from "pg";
import type { CascadingObject, Loss } from "../../core/undo/losses";

type Cascade = Extract<Loss, { kind: "drop_cascade" }>;

const OBJECT: Record<CascadingObject, { catalog: string; oid: string }> = {
  table: { catalog: "pg_class", oid: "pg_catalog.to_regclass($1)" },
  schema: { catalog: "pg_namespace", oid: "pg_catalog.to_regnamespace($1)" },
  type: { catalog: "pg_type", oid: "pg_catalog.to_regtype($1)" },
  collation: { catalog: "pg_collation", oid: "pg_catalog.to_regcollation($1)" },
  extension: {
    catalog: "pg_extension",
    oid: "(SELECT e.oid FROM pg_catalog.pg_extension e WHERE pg_catalog.quote_ident(e.extname) = pg_catalog.quote_ident((pg_catalog.parse_ident($1))[1]))",
  },
};

/**
 * What hangs on an object, however far away, as DROP … CASCADE finds it (documentation: "pg_depend"): what depends on
 * it, and what is a part of something makes that go too.
 */
const GONE = ({ object }: Cascade) => `
WITH RECURSIVE gone (classid, objid, objsubid) AS (
  SELECT 'pg_catalog.${OBJECT[object].catalog}'::pg_catalog.regclass::oid, ${OBJECT[object].oid}::oid, 0
  UNION
  SELECT x.* FROM gone g CROSS JOIN LATERAL (
    SELECT d.classid, d.objid, d.objsubid FROM pg_catalog.pg_depend d
     WHERE d.refclassid = g.classid AND d.refobjid = g.objid AND (g.objsubid = 0 OR d.refobjsubid = g.objsubid)
    UNION ALL
    SELECT d.refclassid, d.refobjid, d.refobjsubid FROM pg_catalog.pg_depend d
     WHERE d.classid = g.classid AND d.objid = g.objid AND d.objsubid = g.objsubid AND d.deptype = 'i') x),
relations AS (
  SELECT c.oid, c.relkind, c.relispartition, pg_catalog.bool_or(g.objsubid = 0) AS whole,
    pg_catalog.array_agg(g.objsubid) AS numbers
    FROM gone g JOIN pg_catalog.pg_class c ON c.oid = g.objid
   WHERE g.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND c.relkind IN ('r', 'p', 'c')
   GROUP BY c.oid)`;

export interface Gone {
  oid: number;
  /** As the catalog has them; null: the whole table. */
  columns: string[] | null;
}

/** Tables and columns that a DROP … CASCADE takes; partitions are left to their parents where these go too. */
export async function goneWith(client: pg.ClientBase, loss: Cascade): Promise<Gone[]> {
  const { rows } = await client.query<Gone>(
    `${GONE(loss)}
     SELECT r.oid, CASE WHEN NOT r.whole THEN (SELECT pg_catalog.json_agg(a.attname ORDER BY a.attnum)
         FROM pg_catalog.pg_attribute a WHERE a.attrelid = r.oid AND a.attnum = ANY (r.numbers)) END AS columns
       FROM relations r WHERE r.relkind <> 'c' AND NOT (r.relispartition AND EXISTS (
         SELECT FROM relations above JOIN pg_catalog.pg_partition_ancestors(r.oid::pg_catalog.regclass) x ON x.relid = above.oid
          WHERE above.oid <> r.oid AND (above.whole OR NOT r.whole)))
      ORDER BY r.oid`,
    [loss.name],
  );
  return rows;
}

/** Composite types that stay and lose an attribute: what tables hold of it cannot be kept. */
export async function attributesGoneWith(client: pg.ClientBase, loss: Cascade): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `${GONE(loss)} SELECT r.oid::pg_catalog.regclass::text AS name FROM relations r
      WHERE r.relkind = 'c' AND NOT r.whole ORDER BY 1`,
    [loss.name],
  );
  return rows.map(({ name }) => name);
}
