import type pg from "pg";

export interface UndoColumn {
  /** Quoted. */
  name: string;
  /** As the catalog has it. */
  attribute: string;
  /** As DDL writes it. */
  type: string;
  generated: boolean;
  /** Type and collation belong to the system, so that a copy of the column holds nothing of the schema back. */
  plain: boolean;
  /** Sequence behind an identity or serial column, quoted. */
  sequence: string | null;
}

/** A table as undo needs to know it (catalogs pg_class, pg_attribute, pg_index). */
export interface UndoRelation {
  oid: number;
  /** Schema and name, quoted. */
  relation: string;
  partitioned: boolean;
  /** Other tables inherit from it (not partitions): their rows have columns of their own. */
  inherited: boolean;
  columns: UndoColumn[];
  /** Quoted columns of the primary key, or of a unique index that names every row; empty: none. */
  key: string[];
  /** With TOAST and partitions. */
  bytes: number;
  /** The planner's estimate, partitions included; null: never analyzed. */
  rows: number | null;
}

const RELATION = `
SELECT c.oid AS oid, pg_catalog.format('%I.%I', n.nspname, c.relname) AS relation, c.relkind = 'p' AS partitioned,
  c.relkind = 'r' AND EXISTS (SELECT FROM pg_catalog.pg_inherits i WHERE i.inhparent = c.oid) AS inherited,
  (SELECT pg_catalog.sum(pg_catalog.pg_table_size(t.relid))::float8 FROM pg_catalog.pg_partition_tree(c.oid) t) AS "treeBytes",
  pg_catalog.pg_table_size(c.oid)::float8 AS "ownBytes",
  (SELECT pg_catalog.sum(nullif(p.reltuples, -1))::float8 FROM pg_catalog.pg_class p
    WHERE p.relkind = 'r' AND (p.oid = c.oid OR p.oid IN (SELECT t.relid FROM pg_catalog.pg_partition_tree(c.oid) t))) AS rows,
  (SELECT pg_catalog.json_agg(pg_catalog.json_build_object(
      'name', pg_catalog.quote_ident(a.attname), 'attribute', a.attname,
      'type', pg_catalog.format_type(a.atttypid, a.atttypmod),
      'generated', a.attgenerated <> '',
      'plain', t.typnamespace = 'pg_catalog'::pg_catalog.regnamespace
        AND (a.attcollation = 0 OR o.collnamespace = 'pg_catalog'::pg_catalog.regnamespace),
      'sequence', pg_catalog.pg_get_serial_sequence(pg_catalog.format('%I.%I', n.nspname, c.relname), a.attname)
    ) ORDER BY a.attnum)
    FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
    LEFT JOIN pg_catalog.pg_collation o ON o.oid = a.attcollation
    WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS columns,
  (SELECT pg_catalog.json_agg(pg_catalog.quote_ident(a.attname) ORDER BY k.position)
    FROM (SELECT x.* FROM pg_catalog.pg_index x WHERE x.indrelid = c.oid AND x.indisunique AND x.indisvalid
            AND x.indpred IS NULL AND x.indexprs IS NULL AND NOT EXISTS (
              SELECT FROM pg_catalog.pg_attribute a
               WHERE a.attrelid = c.oid AND a.attnum = ANY (x.indkey::int2[]) AND NOT a.attnotnull)
          ORDER BY x.indisprimary DESC, x.indexrelid LIMIT 1) x
    CROSS JOIN LATERAL pg_catalog.unnest(x.indkey::int2[]) WITH ORDINALITY k (attnum, position)
    JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.attnum
    WHERE k.position <= x.indnkeyatts) AS key
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND c.oid = `;

/**
 * @param which a name as SQL writes it, found by the session's search path, or an oid
 * @returns null when there is no such table
 */
export async function readRelation(
  client: pg.ClientBase,
  which: string | number,
): Promise<UndoRelation | null> {
  const condition = typeof which === "number" ? "$1::oid" : "pg_catalog.to_regclass($1)";
  const { rows } = await client.query(RELATION + condition, [which]);
  const row = rows[0];
  if (!row) return null;
  const { oid, relation, partitioned, inherited, columns, key, treeBytes, ownBytes } = row;
  const bytes = partitioned ? (treeBytes ?? 0) : ownBytes;
  return {
    oid,
    relation,
    partitioned,
    inherited,
    columns: columns ?? [],
    key: key ?? [],
    bytes,
    rows: row.rows,
  };
}

/** A foreign key that points at a table (catalog pg_constraint). */
export interface Reference {
  childOid: number;
  /** Quoted, in the order of the key. */
  childColumns: string[];
  parentColumns: string[];
  /** pg_constraint.confdeltype: `c` CASCADE, `n` SET NULL, `d` SET DEFAULT, `a` and `r` neither. */
  onDelete: string;
}

const NAMES = (oids: string, numbers: string) =>
  `(SELECT pg_catalog.json_agg(pg_catalog.quote_ident(a.attname) ORDER BY k.position)
     FROM pg_catalog.unnest(${numbers}) WITH ORDINALITY k (attnum, position)
     JOIN pg_catalog.pg_attribute a ON a.attrelid = ${oids} AND a.attnum = k.attnum)`;

/** Foreign keys of other tables, and of the table itself, that point at this one. */
export async function readReferences(client: pg.ClientBase, oid: number): Promise<Reference[]> {
  const { rows } = await client.query<Reference>(
    `SELECT f.conrelid AS "childOid", f.confdeltype::text AS "onDelete",
       ${NAMES("f.conrelid", "f.conkey")} AS "childColumns", ${NAMES("f.confrelid", "f.confkey")} AS "parentColumns"
     FROM pg_catalog.pg_constraint f
     WHERE f.contype = 'f' AND f.confrelid = $1::oid AND f.conparentid = 0 ORDER BY f.oid`,
    [oid],
  );
  return rows;
}

/** A foreign key of the table. */
export interface ForeignKey {
  /** Quoted, with its schema. */
  parent: string;
  columns: string[];
  parentColumns: string[];
}

export async function readForeignKeys(client: pg.ClientBase, oid: number): Promise<ForeignKey[]> {
  const { rows } = await client.query<ForeignKey>(
    `SELECT pg_catalog.format('%I.%I', n.nspname, p.relname) AS parent,
       ${NAMES("f.conrelid", "f.conkey")} AS columns, ${NAMES("f.confrelid", "f.confkey")} AS "parentColumns"
     FROM pg_catalog.pg_constraint f JOIN pg_catalog.pg_class p ON p.oid = f.confrelid
     JOIN pg_catalog.pg_namespace n ON n.oid = p.relnamespace
     WHERE f.contype = 'f' AND f.conrelid = $1::oid AND f.conparentid = 0 ORDER BY f.oid`,
    [oid],
  );
  return rows;
}

/** Tables of a schema, partitions left to their parents. @param schema quoted */
export async function tablesOfSchema(client: pg.ClientBase, schema: string): Promise<string[]> {
  const { rows } = await client.query<{ relation: string }>(
    `SELECT pg_catalog.format('%I.%I', n.nspname, c.relname) AS relation
     FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
     WHERE n.oid = pg_catalog.to_regnamespace($1) AND c.relkind IN ('r', 'p') AND NOT c.relispartition ORDER BY c.oid`,
    [schema],
  );
  return rows.map(({ relation }) => relation);
}
