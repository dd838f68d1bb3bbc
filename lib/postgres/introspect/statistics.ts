import type pg from "pg";

/** What the server knows about a table, view or index beside its definition. Sizes in bytes. */
export interface RelationStatistics {
  /** Planner's estimate (pg_class.reltuples); null: never analyzed, or not a table. */
  rows: number | null;
  /** Table: with TOAST and indexes. Index: its own. null: it stores nothing. */
  bytes: number | null;
  /** Scans since `since`: of a table sequential ones, of an index all. */
  scans: number | null;
  /** Rows or entries those read. */
  read: number | null;
  /** Last use of an index, from PostgreSQL 16 on; ISO 8601. */
  lastUsed: string | null;
  /** ISO 8601; null: never, or unknown. */
  lastVacuum: string | null;
  lastAnalyze: string | null;
  deadRows: number | null;
}

export interface SchemaStatistics {
  /** By `schema.name`, quoted; tables, materialized views, sequences and indexes share one namespace. */
  relations: Map<string, RelationStatistics>;
  /** Since when uses are counted (pg_stat_database.stats_reset); null: since the beginning. */
  since: string | null;
  /** Sizes are pages as of the last VACUUM or ANALYZE, because something held a lock for too long. */
  estimated: boolean;
}

/**
 * Sizes and use of all relations of the connected database (docs: "The Cumulative Statistics System",
 * "Database Object Size Functions"). A relation that somebody has locked exclusively is waited for as long as the
 * session's lock_timeout; after that all sizes are estimates.
 */
export async function readStatistics(client: pg.ClientBase, version: number): Promise<SchemaStatistics> {
  const head = await client.query<{ since: Date | null }>(
    "SELECT stats_reset AS since FROM pg_stat_database WHERE datname = current_database()",
  );
  const since = head.rows[0]?.since?.toISOString() ?? null;
  try {
    return { relations: await readRelations(client, version, EXACT_SIZE), since, estimated: false };
  } catch (error) {
    if ((error as { code?: string }).code !== LOCK_NOT_AVAILABLE) throw error;
    return { relations: await readRelations(client, version, ESTIMATED_SIZE), since, estimated: true };
  }
}

export const LOCK_NOT_AVAILABLE = "55P03";
/** Bytes of the relation `c` of pg_class: these wait for whoever has it locked, the pages do not. */
export const EXACT_SIZE =
  "CASE WHEN c.relkind = 'i' THEN pg_relation_size(c.oid) ELSE pg_total_relation_size(c.oid) END";
export const ESTIMATED_SIZE = `(SELECT sum(p.relpages) * current_setting('block_size')::bigint FROM pg_class p
  WHERE p.oid = c.oid OR p.oid = c.reltoastrelid OR p.oid IN (SELECT x.indexrelid FROM pg_index x WHERE x.indrelid = c.oid))`;

interface Row {
  name: string;
  rows: string | null;
  bytes: string | null;
  scans: string | null;
  read: string | null;
  last_used: Date | null;
  last_vacuum: Date | null;
  last_analyze: Date | null;
  dead: string | null;
}

async function readRelations(
  client: pg.ClientBase,
  version: number,
  size: string,
): Promise<Map<string, RelationStatistics>> {
  const lastUsed = version >= 160000 ? "si.last_idx_scan" : "NULL::timestamptz";
  const { rows } = await client.query<Row>(`
    SELECT quote_ident(n.nspname) || '.' || quote_ident(c.relname) AS name,
        CASE WHEN c.relkind IN ('r', 'm', 'p', 'f') AND c.reltuples >= 0 THEN c.reltuples END AS rows,
        CASE WHEN c.relkind IN ('r', 'm', 'i', 'S') THEN ${size} END AS bytes,
        coalesce(si.idx_scan, st.seq_scan) AS scans, coalesce(si.idx_tup_read, st.seq_tup_read) AS read,
        ${lastUsed} AS last_used, greatest(st.last_vacuum, st.last_autovacuum) AS last_vacuum,
        greatest(st.last_analyze, st.last_autoanalyze) AS last_analyze, st.n_dead_tup AS dead
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      LEFT JOIN pg_stat_user_tables st ON st.relid = c.oid LEFT JOIN pg_stat_user_indexes si ON si.indexrelid = c.oid
     WHERE c.relkind IN ('r', 'm', 'p', 'f', 'i', 'S') AND c.relpersistence <> 't' AND n.nspname !~ '^pg_'
       AND n.nspname NOT IN ('information_schema', 'dbmigrator', 'dbmigrator_undo')`);
  return new Map(
    rows.map((row) => [
      row.name,
      {
        rows: number(row.rows),
        bytes: number(row.bytes),
        scans: number(row.scans),
        read: number(row.read),
        lastUsed: row.last_used?.toISOString() ?? null,
        lastVacuum: row.last_vacuum?.toISOString() ?? null,
        lastAnalyze: row.last_analyze?.toISOString() ?? null,
        deadRows: number(row.dead),
      },
    ]),
  );
}

function number(value: string | null): number | null {
  return value === null ? null : Number(value);
}
