import type pg from "pg";

export interface UndoColumn {
  /** Quoted. */
  name: string;
  /** As the catalog has it. */
  attribute: string;
  /** As DDL writes it. */
  type: string;
  generated: boolean;
  /** pg_attribute.attnum: stays when the column is renamed. */
  number: number;
  /** Type and collation belong to the system, so that a copy of the column holds nothing of the schema back. */
  plain: boolean;
  /** The text of its values depends on settings of the session: it is of an own type that holds dates, numbers or bytes. */
  unsteady: boolean;
  /** Quoted; null: the type has none, or it is the database's default. */
  collation: string | null;
  /** GENERATED ALWAYS AS IDENTITY: an UPDATE may not set it. */
  always: boolean;
  /** Sequence behind an identity or serial column, quoted. */
  sequence: string | null;
}

/** A table as undo needs to know it (catalogs pg_class, pg_attribute, pg_index). */
export interface UndoRelation {
  oid: number;
  /** The partitioned table above all, or the table itself. */
  root: number;
  /** Schema and name, quoted. */
  relation: string;
  /** Quoted, without the schema. */
  name: string;
  partitioned: boolean;
  /** Other tables inherit from it (not partitions): their rows have columns of their own. */
  inherited: boolean;
  columns: UndoColumn[];
  /** Quoted columns of the primary key, and of unique indexes that name every row. */
  keys: string[][];
  /** With TOAST and partitions. */
  bytes: number;
  /** The planner's estimate, partitions included; null: never analyzed. */
  rows: number | null;
}

const RELATION = `
SELECT c.oid AS oid, pg_catalog.format('%I.%I', n.nspname, c.relname) AS relation,
  pg_catalog.quote_ident(c.relname) AS name, c.relkind = 'p' AS partitioned,
  coalesce(pg_catalog.pg_partition_root(c.oid)::oid, c.oid) AS root,
  c.relkind = 'r' AND EXISTS (SELECT FROM pg_catalog.pg_inherits i WHERE i.inhparent = c.oid) AS inherited,
  (SELECT pg_catalog.sum(pg_catalog.pg_table_size(t.relid))::float8 FROM pg_catalog.pg_partition_tree(c.oid) t) AS "treeBytes",
  pg_catalog.pg_table_size(c.oid)::float8 AS "ownBytes",
  (SELECT pg_catalog.sum(nullif(p.reltuples, -1))::float8 FROM pg_catalog.pg_class p
    WHERE p.relkind = 'r' AND (p.oid = c.oid OR p.oid IN (SELECT t.relid FROM pg_catalog.pg_partition_tree(c.oid) t))) AS rows,
  (SELECT pg_catalog.json_agg(pg_catalog.json_build_object(
      'name', pg_catalog.quote_ident(a.attname), 'attribute', a.attname, 'number', a.attnum, 'always', a.attidentity = 'a',
      'type', pg_catalog.format_type(a.atttypid, a.atttypmod),
      'generated', a.attgenerated <> '',
      'plain', t.typnamespace = 'pg_catalog'::pg_catalog.regnamespace
        AND (a.attcollation = 0 OR o.collnamespace = 'pg_catalog'::pg_catalog.regnamespace),
      'unsteady', CASE WHEN t.typnamespace = 'pg_catalog'::pg_catalog.regnamespace OR t.typtype = 'e' THEN false ELSE EXISTS (
        WITH RECURSIVE part (oid) AS (SELECT t.oid UNION SELECT x.oid FROM part JOIN pg_catalog.pg_type y ON y.oid = part.oid
          CROSS JOIN LATERAL (SELECT pg_catalog.unnest(ARRAY[y.typbasetype, y.typelem]) AS oid
            UNION ALL SELECT i.atttypid FROM pg_catalog.pg_attribute i WHERE i.attrelid = y.typrelid AND i.attnum > 0 AND NOT i.attisdropped
            UNION ALL SELECT r.rngsubtype FROM pg_catalog.pg_range r
             WHERE r.rngtypid = y.oid OR pg_catalog.to_jsonb(r) ->> 'rngmultitypid' = y.oid::text) x)
        SELECT FROM part WHERE part.oid = ANY ('{date,timestamp,timestamptz,interval,float4,float8,money,bytea}'::pg_catalog.regtype[]::oid[])) END,
      'collation', CASE WHEN a.attcollation <> 0 AND o.collname <> 'default'
        THEN pg_catalog.format('%I.%I', (SELECT x.nspname FROM pg_catalog.pg_namespace x WHERE x.oid = o.collnamespace), o.collname) END,
      'sequence', pg_catalog.pg_get_serial_sequence(pg_catalog.format('%I.%I', n.nspname, c.relname), a.attname)
    ) ORDER BY a.attnum)
    FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
    LEFT JOIN pg_catalog.pg_collation o ON o.oid = a.attcollation
    WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS columns,
  (SELECT pg_catalog.json_agg((SELECT pg_catalog.json_agg(pg_catalog.quote_ident(a.attname) ORDER BY k.position)
      FROM pg_catalog.unnest(x.indkey::int2[]) WITH ORDINALITY k (attnum, position)
      JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.attnum
      WHERE k.position <= x.indnkeyatts) ORDER BY x.indisprimary DESC, x.indexrelid)
    FROM pg_catalog.pg_index x
    WHERE x.indrelid = c.oid AND x.indisunique AND x.indisvalid AND x.indpred IS NULL AND x.indexprs IS NULL
      AND NOT EXISTS (SELECT FROM pg_catalog.pg_attribute a
        WHERE a.attrelid = c.oid AND a.attnum = ANY (x.indkey::int2[]) AND NOT a.attnotnull)) AS keys
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND c.relpersistence <> 't' AND c.oid = `;

/**
 * @param which a name as SQL writes it, found by the session's search path, or an oid
 * @returns null when there is no such table, or it is a temporary one, whose rows nobody misses
 */
export async function readRelation(
  client: pg.ClientBase,
  which: string | number,
): Promise<UndoRelation | null> {
  const condition = typeof which === "number" ? "$1::oid" : "pg_catalog.to_regclass($1)";
  const { rows } = await client.query(RELATION + condition, [which]);
  const row = rows[0];
  if (!row) return null;
  const { treeBytes, ownBytes, ...rest } = row;
  const bytes = row.partitioned ? (treeBytes ?? 0) : ownBytes;
  return { ...rest, columns: row.columns ?? [], keys: row.keys ?? [], bytes };
}

/** The table's name in FROM, without the rows of those that inherit from it. */
export const ownRows = ({ inherited, relation }: UndoRelation): string =>
  `${inherited ? "ONLY " : ""}${relation}`;

/** A stored value as the column's own: types and collations of the target's own are stored as text. */
export function typed(as: string, name: string, column: UndoColumn): string {
  return typedValue(`${as}.${name}`, column);
}

/** @param value SQL that a cast may follow: a column, or something in parentheses */
export function typedValue(value: string, { type, collation }: UndoColumn): string {
  return `${value}::${type}${collation ? ` COLLATE ${collation}` : ""}`;
}

/** What a name is that is no table, or null when nothing is called so (pg_class.relkind). */
export async function kindOfName(client: pg.ClientBase, name: string): Promise<string | null> {
  const { rows } = await client.query<{ kind: string }>(
    "SELECT relkind::text AS kind FROM pg_catalog.pg_class WHERE oid = pg_catalog.to_regclass($1)",
    [name],
  );
  return rows[0]?.kind ?? null;
}

/** The tables that inherit from this one, partitions left to their parents (catalog pg_inherits). */
export async function readHeirs(
  client: pg.ClientBase,
  { oid, inherited }: UndoRelation,
): Promise<UndoRelation[]> {
  if (!inherited) return [];
  const { rows } = await client.query<{ oid: number }>(
    `WITH RECURSIVE heir AS (
       SELECT inhrelid FROM pg_catalog.pg_inherits WHERE inhparent = $1::oid
       UNION SELECT i.inhrelid FROM heir JOIN pg_catalog.pg_inherits i ON i.inhparent = heir.inhrelid)
     SELECT c.oid FROM heir JOIN pg_catalog.pg_class c ON c.oid = heir.inhrelid
     WHERE c.relkind = 'r' AND NOT c.relispartition ORDER BY c.oid`,
    [oid],
  );
  const heirs: UndoRelation[] = [];
  for (const heir of rows) {
    const found = await readRelation(client, heir.oid);
    if (found) heirs.push(found);
  }
  return heirs;
}

/** A foreign key that points at a table (catalog pg_constraint). */
export interface Reference {
  /** Of the constraint. */
  oid: string;
  childOid: number;
  /** The table that it points at: the one asked for, or a partition of it. */
  parentOid: number;
  /** Quoted, in the order of the key. */
  childColumns: string[];
  parentColumns: string[];
  /** pg_constraint.confdeltype, confupdtype: `c` CASCADE, `n` SET NULL, `d` SET DEFAULT, `a` and `r` neither. */
  onDelete: string;
  onUpdate: string;
}

const NAMES = (oids: string, numbers: string) =>
  `(SELECT pg_catalog.json_agg(pg_catalog.quote_ident(a.attname) ORDER BY k.position)
     FROM pg_catalog.unnest(${numbers}) WITH ORDINALITY k (attnum, position)
     JOIN pg_catalog.pg_attribute a ON a.attrelid = ${oids} AND a.attnum = k.attnum)`;

/** A table with its partitions: a plain one has no tree. */
const TREE =
  "(SELECT $1::oid UNION SELECT relid FROM pg_catalog.pg_partition_tree($1::oid::pg_catalog.regclass))";

/**
 * Foreign keys that point at this table or its partitions, those of the table itself among them. PostgreSQL keeps
 * copies of one for partitions on either side (conparentid): the topmost that concerns these rows is meant.
 */
export async function readReferences(client: pg.ClientBase, oid: number): Promise<Reference[]> {
  const { rows } = await client.query<Reference>(
    `WITH f AS (SELECT * FROM pg_catalog.pg_constraint WHERE contype = 'f' AND confrelid IN ${TREE})
     SELECT f.oid::text AS oid, f.conrelid AS "childOid", f.confrelid AS "parentOid", f.confdeltype::text AS "onDelete",
       f.confupdtype::text AS "onUpdate",
       ${NAMES("f.conrelid", "f.conkey")} AS "childColumns", ${NAMES("f.confrelid", "f.confkey")} AS "parentColumns"
     FROM f WHERE f.conparentid NOT IN (SELECT x.oid FROM f x) ORDER BY f.oid`,
    [oid],
  );
  return rows;
}

/** A foreign key of the table. */
export interface ForeignKey {
  /** Quoted. */
  name: string;
  /** As FROM names it: quoted, with its schema, without the rows of those that inherit from it. */
  parent: string;
  /** The partitioned table above the parent, or the parent itself. */
  parentRoot: number;
  columns: string[];
  parentColumns: string[];
  /** pg_constraint.confupdtype. */
  onUpdate: string;
  /** A partition has it from the partitioned table: it cannot be altered here. */
  inherited: boolean;
  /** Of the last column, a range: several of the parent's rows may cover it together (since PostgreSQL 18). */
  period: boolean;
  deferrable: boolean;
  deferred: boolean;
}

export async function readForeignKeys(client: pg.ClientBase, oid: number): Promise<ForeignKey[]> {
  const { rows } = await client.query<ForeignKey>(
    `WITH f AS (SELECT * FROM pg_catalog.pg_constraint WHERE contype = 'f' AND conrelid = $1::oid)
     SELECT pg_catalog.quote_ident(f.conname) AS name, pg_catalog.format('%s%I.%I', CASE p.relkind WHEN 'r' THEN 'ONLY ' END, n.nspname, p.relname) AS parent,
       f.conparentid <> 0 AS inherited, coalesce((pg_catalog.to_jsonb(f) ->> 'conperiod')::bool, false) AS period,
       coalesce(pg_catalog.pg_partition_root(p.oid)::oid, p.oid) AS "parentRoot",
       ${NAMES("f.conrelid", "f.conkey")} AS columns, ${NAMES("f.confrelid", "f.confkey")} AS "parentColumns",
       f.confupdtype::text AS "onUpdate", f.condeferrable AS deferrable, f.condeferred AS deferred
     FROM f JOIN pg_catalog.pg_class p ON p.oid = f.confrelid
     JOIN pg_catalog.pg_namespace n ON n.oid = p.relnamespace
     WHERE f.conparentid NOT IN (SELECT x.oid FROM f x) ORDER BY f.oid`,
    [oid],
  );
  return rows;
}
