import type pg from "pg";

/** Schema of a target in which rows are kept for a while before a migration takes them away. */
export const UNDO_SCHEMA = "dbmigrator_undo";

export type UndoKind = "drop_table" | "truncate" | "drop_column" | "change_type" | "update" | "delete";

/** One statement's rows of one table, as dbmigrator_undo.entry has them. */
export interface UndoEntry {
  id: string;
  runId: string;
  service: string;
  filename: string;
  /** Index within the script, from 1. */
  statement: number;
  kind: UndoKind;
  /** Quoted. */
  relation: string;
  relationOid: number;
  /** Quoted: the columns that are kept beside the key. */
  columns: string[];
  /** Quoted; empty: rows cannot be told apart. */
  key: string[];
  /** pg_attribute.attnum of each of them; empty: kept by an older program. */
  columnNumbers: number[];
  keyNumbers: number[];
  /** Table with the rows, in dbmigrator_undo. */
  data: string;
  /** Table with what the statement made of them. */
  after: string | null;
  /** The store lies where it was made: oids and column numbers mean what they meant. Not so after a restore. */
  isOriginal: boolean;
  rows: number;
  bytes: number;
  keptAt: Date;
  expiresAt: Date;
  state: "kept" | "reverted" | "purged";
  outcome: PutBack | null;
}

/** What became of kept rows when they were put back. */
export interface PutBack {
  /** Rows or values that are back. */
  restored: number;
  /** Written since by somebody else: theirs stays. */
  newer: number;
  /** The row has been deleted since: its value has no place. */
  gone: number;
  /** The row that they refer to is gone. */
  orphaned: number;
  /** PostgreSQL refuses them one by one, for what `message` says; not told by older programs. */
  refused?: number;
  /** Keys of the first twenty of those that could not be merged. */
  examples: string[];
  /** Columns with kept values that the table does not have today; not told by older programs. */
  lacking?: string[];
  /** Why nothing could be put back; `refused`: by PostgreSQL, in the words of `message`. */
  reason?: "no_key" | "no_table" | "no_column" | "refused";
  /** What PostgreSQL said of the first of those that it refused. */
  message?: string;
}

/** Where the copy of a row has the key that the statement itself gave it. */
export const movedKey = (at: number): string => `dbmigrator_key_${at + 1}`;

/** Whether the statement gave its rows another key: what they were found by before is among the values. */
export const hasMoved = ({ key }: Pick<UndoEntry, "key">): boolean => key[0] === movedKey(0);

const CREATE_STORE = `
DO $$ BEGIN
  -- IF NOT EXISTS would demand the right to make schemas also where an administrator has made it.
  IF pg_catalog.to_regnamespace('${UNDO_SCHEMA}') IS NULL THEN
    CREATE SCHEMA ${UNDO_SCHEMA};
    COMMENT ON SCHEMA ${UNDO_SCHEMA} IS 'Rows kept by DBMigrator before a migration took them away. Purged on schedule.';
  END IF;
END $$;
CREATE TABLE IF NOT EXISTS ${UNDO_SCHEMA}.entry (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  run_id text NOT NULL,
  service text NOT NULL,
  filename text NOT NULL,
  statement integer NOT NULL,
  kind text NOT NULL CHECK (kind IN ('drop_table', 'truncate', 'drop_column', 'change_type', 'update', 'delete')),
  relation text NOT NULL,
  relation_oid oid NOT NULL,
  columns text[] NOT NULL,
  key text[] NOT NULL,
  data text NOT NULL DEFAULT '',
  after text,
  rows bigint NOT NULL DEFAULT 0,
  bytes bigint NOT NULL DEFAULT 0,
  kept_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
  expires_at timestamptz NOT NULL,
  state text NOT NULL DEFAULT 'kept' CHECK (state IN ('kept', 'reverted', 'purged')),
  outcome jsonb
);`;

/** Came later; the one that is missing last means that all may be. */
const ADD_COLUMNS = `ALTER TABLE ${UNDO_SCHEMA}.entry
  ADD COLUMN IF NOT EXISTS column_numbers int2[] NOT NULL DEFAULT '{}',
  ADD COLUMN IF NOT EXISTS key_numbers int2[] NOT NULL DEFAULT '{}',
  ADD COLUMN IF NOT EXISTS data_oid oid;`;

/** Under which values of types are written as text, whatever the script has set, and compared later. */
export const STEADY_TEXT = {
  DateStyle: "ISO, YMD",
  IntervalStyle: "postgres",
  TimeZone: "UTC",
  extra_float_digits: "1",
  bytea_output: "hex",
  lc_monetary: "C",
};

/** Not by settings of the session: the statement's own condition is read in the same query. */
const AS_TEXT = `CREATE FUNCTION ${UNDO_SCHEMA}.as_text(value anyelement) RETURNS pg_catalog.text LANGUAGE sql STABLE
  ${Object.entries(STEADY_TEXT)
    .map(([name, value]) => `SET ${name} = ${name === "DateStyle" ? value : `'${value}'`}`)
    .join(" ")} AS 'SELECT $1::pg_catalog.text'`;

/**
 * Makes the schema where it is missing. Outside of a transaction, before the first script of a run.
 * @returns false: the role may neither make nor use it
 */
export async function ensureUndoStore(client: pg.ClientBase): Promise<boolean> {
  const { there, complete, converts, usable } = await readStore(client);
  if (!usable) return false;
  if (!there) await client.query(CREATE_STORE + ADD_COLUMNS);
  else if (!complete) await client.query(ADD_COLUMNS);
  if (!converts) await client.query(AS_TEXT);
  return true;
}

interface StoreFacts {
  there: boolean;
  complete: boolean;
  /** It has `as_text`. */
  converts: boolean;
  /** The role may make it, or keep rows in it. */
  usable: boolean;
}

async function readStore(client: pg.ClientBase): Promise<StoreFacts> {
  const { rows } = await client.query<StoreFacts>(
    `SELECT c.oid IS NOT NULL AS there, EXISTS (SELECT FROM pg_catalog.pg_attribute a
       WHERE a.attrelid = c.oid AND a.attname = 'data_oid') AS complete,
       EXISTS (SELECT FROM pg_catalog.pg_proc p WHERE p.pronamespace = n.oid AND p.proname = 'as_text') AS converts,
       CASE WHEN c.oid IS NOT NULL THEN pg_catalog.has_schema_privilege(n.oid, 'CREATE')
              AND pg_catalog.has_table_privilege(c.oid, 'SELECT') AND pg_catalog.has_table_privilege(c.oid, 'INSERT')
              AND pg_catalog.has_table_privilege(c.oid, 'UPDATE')
            WHEN n.oid IS NOT NULL THEN pg_catalog.has_schema_privilege(n.oid, 'CREATE')
            ELSE pg_catalog.has_database_privilege(pg_catalog.current_database(), 'CREATE') END AS usable
     FROM (SELECT pg_catalog.to_regclass($1)::oid AS oid) c
     LEFT JOIN pg_catalog.pg_namespace n ON n.nspname = $2`,
    [`${UNDO_SCHEMA}.entry`, UNDO_SCHEMA],
  );
  return rows[0] ?? { there: false, complete: false, converts: false, usable: false };
}

/** Whether the role may keep rows on this target: it may make the schema, or use the one that is there. */
export async function canUseUndoStore(client: pg.ClientBase): Promise<boolean> {
  return (await readStore(client)).usable;
}

export interface ListOptions {
  /** Only what can still be put back. */
  kept?: boolean;
  service?: string;
  filename?: string;
  runId?: string;
}

/** Entries of a target, newest first; none when nothing was ever kept there. */
export async function listUndo(client: pg.ClientBase, options: ListOptions = {}): Promise<UndoEntry[]> {
  const { rows: found } = await client.query<{ there: boolean }>(
    "SELECT pg_catalog.to_regclass($1) IS NOT NULL AS there",
    [`${UNDO_SCHEMA}.entry`],
  );
  if (!found[0]?.there) return [];
  const { rows } = await client.query<UndoEntry>(
    `SELECT id::text, run_id AS "runId", service, filename, statement, kind, relation, relation_oid AS "relationOid",
       columns, key, data, after, rows::float8, bytes::float8, kept_at AS "keptAt", expires_at AS "expiresAt", state, outcome,
       coalesce(j.doc -> 'column_numbers', '[]') AS "columnNumbers", coalesce(j.doc -> 'key_numbers', '[]') AS "keyNumbers",
       coalesce((j.doc ->> 'data_oid')::oid = pg_catalog.to_regclass($5 || data)::oid, false) AS "isOriginal"
     FROM ${UNDO_SCHEMA}.entry, LATERAL (SELECT pg_catalog.to_jsonb(entry) AS doc) j
     WHERE ($1::bool IS NOT TRUE OR (state = 'kept' AND expires_at > pg_catalog.now()))
       AND ($2::text IS NULL OR service = $2) AND ($3::text IS NULL OR filename = $3) AND ($4::text IS NULL OR run_id = $4)
     ORDER BY entry.id DESC`,
    [
      ...[options.kept ?? null, options.service ?? null, options.filename ?? null, options.runId ?? null],
      `${UNDO_SCHEMA}.`,
    ],
  );
  return rows;
}

/**
 * Removes the rows of entries whose window is over; the entries stay as a record, with their sizes. What is being put
 * back at this moment stays.
 * @param options.ids these entries, whether their window is over or not
 * @returns how many entries, and their bytes
 */
export async function purgeUndo(
  client: pg.ClientBase,
  options: { ids?: readonly string[] } = {},
): Promise<{ entries: number; bytes: number }> {
  const due = (await listUndo(client)).filter((entry) =>
    options.ids ? options.ids.includes(entry.id) : entry.expiresAt.getTime() <= Date.now(),
  );
  let bytes = 0;
  let entries = 0;
  for (const entry of due) {
    if (entry.state === "purged") continue;
    const tables = [entry.data, entry.after].filter((name): name is string => !!name);
    await client.query("BEGIN");
    try {
      // Whoever puts it back holds it: it waits for the next time.
      const free = await client.query(
        `SELECT FROM ${UNDO_SCHEMA}.entry WHERE id = $1 FOR UPDATE SKIP LOCKED`,
        [entry.id],
      );
      if (free.rowCount === 0) {
        await client.query("ROLLBACK");
        continue;
      }
      for (const name of tables) await client.query(`DROP TABLE IF EXISTS ${UNDO_SCHEMA}.${name}`);
      await client.query(`UPDATE ${UNDO_SCHEMA}.entry SET state = 'purged' WHERE id = $1`, [entry.id]);
      await client.query("COMMIT");
    } catch (error) {
      await client.query("ROLLBACK");
      throw error;
    }
    entries += 1;
    bytes += entry.bytes;
  }
  return { entries, bytes };
}
