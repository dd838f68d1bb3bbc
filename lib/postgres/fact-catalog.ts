import type pg from "pg";
import type { FactCatalog } from "../core/sql/facts/knowledge";

interface Table {
  /** How a script may write it: with its schema, and alone when the search path finds it. */
  name: string;
  columns: Record<string, string>;
  notNull: string[];
  foreignKeys: { name: string; references: string }[];
  checks: string[];
}

const VISIBLE_NAME = (oid: string) =>
  `CASE WHEN pg_table_is_visible(${oid}) THEN (SELECT r.relname FROM pg_class r WHERE r.oid = ${oid})
        ELSE (SELECT ns.nspname || '.' || r.relname FROM pg_class r JOIN pg_namespace ns ON ns.oid = r.relnamespace WHERE r.oid = ${oid}) END`;

const RELATIONS = `
SELECT n.nspname::text AS schema, c.relname::text AS name, pg_table_is_visible(c.oid) AS visible,
       (SELECT jsonb_object_agg(a.attname, format_type(a.atttypid, a.atttypmod)) FROM pg_attribute a
         WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS columns,
       (SELECT jsonb_agg(a.attname) FROM pg_attribute a
         WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attnotnull) AS "notNull",
       (SELECT jsonb_agg(jsonb_build_object('name', k.conname, 'references', ${VISIBLE_NAME("k.confrelid")}))
          FROM pg_constraint k WHERE k.conrelid = c.oid AND k.contype = 'f') AS "foreignKeys",
       (SELECT jsonb_agg(pg_get_constraintdef(k.oid)) FROM pg_constraint k
         WHERE k.conrelid = c.oid AND k.contype = 'c' AND k.convalidated) AS checks
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind IN ('r','p','v','m','f','S') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'`;

const INDEXES = `
SELECT n.nspname::text AS schema, c.relname::text AS name, pg_table_is_visible(c.oid) AS visible,
       ${VISIBLE_NAME("i.indrelid")} AS "table"
  FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE n.nspname !~ '^pg_'`;

type Nullable<T> = { [K in keyof T]: T[K] | null };

/**
 * What a target's catalog adds to the facts of a script: types of columns, tables of indexes, foreign keys, what is
 * known not to be null (pg_attribute, pg_index, pg_constraint). Three queries, nothing is written.
 */
export async function readFactCatalog(client: pg.Client): Promise<FactCatalog> {
  const relations = await client.query<
    { schema: string; name: string; visible: boolean } & Nullable<Omit<Table, "name">>
  >(RELATIONS);
  const indexes = await client.query<{ schema: string; name: string; visible: boolean; table: string }>(
    INDEXES,
  );
  const tables = new Map<string, Table>();
  for (const row of relations.rows) {
    const table: Table = {
      name: row.visible ? row.name : `${row.schema}.${row.name}`,
      ...{ columns: row.columns ?? {}, notNull: row.notNull ?? [] },
      ...{ foreignKeys: row.foreignKeys ?? [], checks: row.checks ?? [] },
    };
    tables.set(`${row.schema}.${row.name}`, table);
    if (row.visible) tables.set(row.name, table);
  }
  const owners = new Map<string, string>();
  for (const { schema, name, visible, table } of indexes.rows) {
    owners.set(`${schema}.${name}`, table);
    if (visible) owners.set(name, table);
  }
  return catalogOf(tables, owners);
}

function catalogOf(tables: Map<string, Table>, owners: Map<string, string>): FactCatalog {
  return {
    relationExists: (relation) => tables.has(relation) || owners.has(relation),
    tableOfIndex: (index) => owners.get(index),
    columnType: (table, column) => tables.get(table)?.columns[column],
    referencedBy: (table, constraint) =>
      tables.get(table)?.foreignKeys.find(({ name }) => name === constraint)?.references,
    references: (table) => (tables.get(table)?.foreignKeys ?? []).map(({ references }) => references),
    provesNotNull: (table, column) => {
      const found = tables.get(table);
      if (!found) return undefined;
      return found.notNull.includes(column) || found.checks.some((check) => provesNotNull(check, column));
    },
  };
}

/** `CHECK ((email IS NOT NULL))`, as pg_get_constraintdef writes it. */
function provesNotNull(check: string, column: string): boolean {
  const name = /^CHECK \(\((?:"((?:[^"]|"")+)"|(\w+)) IS NOT NULL\)\)$/.exec(check);
  return (name?.[1]?.replaceAll('""', '"') ?? name?.[2]) === column;
}
