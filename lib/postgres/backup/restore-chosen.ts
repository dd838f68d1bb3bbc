import type pg from "pg";
import type {
  Manifest,
  ManifestForeignKey,
  ManifestTable,
  RestoreResult,
  TableName,
} from "../../core/backup/types";
import { DomainError } from "../../errors";
import { serverMajor } from "../connect";
import type { OpenArchive } from "./archive-reader";
import { type RestoreEntry, restoreEntries } from "./dump-entries";
import { entriesOfTables } from "./entries-of-tables";
import { filesOf, readTablespaces, textOf } from "./fill-database";
import { keyOf } from "./inventory";
import { loadTables } from "./load-tables";
import type { RestoreOptions } from "./options";
import { requireChecks } from "./restore-checks-required";
import { chosenTables, type RestoreFollower } from "./restore-progress";
import { checkRestored } from "./restored-checks";
import { runEntries } from "./run-entries";
import { runLines } from "./run-lines";
import { quoteName, quoteTable, quoteText, tableText } from "./sql-text";

export interface ChosenOptions {
  options: RestoreOptions;
  archive: OpenArchive;
  follower: RestoreFollower;
  tables: readonly TableName[];
}

type Restored = Pick<RestoreResult, "tables" | "rows" | "foreignKeysLeft" | "checks" | "notes">;

/** Foreign keys between these tables and others: rows of one without those of the other may not fit together. */
export function neighboursOf(
  foreignKeys: readonly ManifestForeignKey[],
  tables: readonly TableName[],
): ManifestForeignKey[] {
  const chosen = new Set(tables.map(keyOf));
  return foreignKeys.filter((key) => chosen.has(keyOf(key.table)) !== chosen.has(keyOf(key.references)));
}

/**
 * Replaces the rows of chosen tables by those of the archive, inside of the caller's transaction, and makes those
 * anew that are gone. Their foreign keys are taken off and checked again at the end: rows that do not fit to their
 * neighbours' fail the whole. Triggers do not fire.
 * @throws DomainError restore.table_not_in_backup, restore.columns_differ, restore.neighbours_differ
 */
export async function restoreChosen(client: pg.Client, chosen: ChosenOptions): Promise<Restored> {
  const { archive, follower, options } = chosen;
  const { manifest } = archive;
  const { signal } = options;
  const tables = requireInArchive(chosen);
  follower.expect(tables);
  follower.begin("structure");
  const present = await presentTables(client, tables);
  const missing = tables.filter((table) => !present.has(keyOf(table)));
  const there = tables.filter((table) => present.has(keyOf(table)));
  requireColumns(there, present);
  const { pre, post } = await entriesOf(client, chosen, missing);
  const notes = await runEntries(client, pre, { nested: true, signal });
  if (there.length > 0) {
    await client.query(`LOCK TABLE ONLY ${there.map(quoteTable).join(", ONLY ")} IN ACCESS EXCLUSIVE MODE`);
  }
  const foreignKeys = await takeForeignKeys(client, there);
  const triggers = await readTriggers(client, there);
  for (const table of there) {
    await client.query(
      `ALTER TABLE ONLY ${quoteTable(table)} DISABLE TRIGGER USER; TRUNCATE ONLY ${quoteTable(table)}`,
    );
  }
  follower.begin("data");
  const { counts } = await loadTables([client], archive, tables, follower, { nested: true, signal });
  await restoreOwnedSequences(client, archive, tables, new Set(missing.map(keyOf)));
  for (const statement of triggers) await client.query(statement);
  follower.begin("constraints");
  notes.push(...(await runEntries(client, post, { nested: true, signal })));
  for (const key of foreignKeys) await putBack(client, key);
  follower.begin("verifying");
  const checks = await checkRestored(client, { manifest, tables, counts, spec: null });
  // What else in the database is not valid was so before.
  const own = { ...checks, invalid: [], ok: checks.wrongCounts.length === 0 };
  requireChecks(own);
  return { tables: tables.length, rows: checks.rows, foreignKeysLeft: [], checks: own, notes };
}

function requireInArchive({ archive, tables }: ChosenOptions): ManifestTable[] {
  const found = chosenTables(archive.manifest, tables).map((table) =>
    nearby(archive.manifest, table, tables),
  );
  const keys = new Set(found.map(keyOf));
  const missing = tables.filter((table) => !keys.has(keyOf(table))).map(tableText);
  if (missing.length === 0) return found;
  throw new DomainError(
    "not_found",
    "restore.table_not_in_backup",
    `The backup has no rows of ${missing.join(", ")}.`,
    {
      details: { tables: missing.join(", ") },
      hint: "Upper and lower case count; of a partitioned table, name its partitions.",
    },
  );
}

/** With only some partitions chosen, rows must not find their way into the others: those that do not fit are refused. */
function nearby({ tables }: Manifest, table: ManifestTable, chosen: readonly TableName[]): ManifestTable {
  const { loadInto, ...alone } = table;
  if (!loadInto) return table;
  const keys = new Set(chosen.map(keyOf));
  const together = tables.filter((one) => one.loadInto && keyOf(one.loadInto) === keyOf(loadInto));
  return together.every((one) => keys.has(keyOf(one))) ? table : alone;
}

/** Columns of those tables that the database has, by key. */
async function presentTables(
  client: pg.Client,
  tables: readonly TableName[],
): Promise<Map<string, Set<string>>> {
  const { rows } = await client.query<TableName & { columns: string[] }>(
    `SELECT n.nspname::text AS schema, c.relname::text AS name,
            coalesce((SELECT json_agg(a.attname) FROM pg_catalog.pg_attribute a
                       WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''),
                     '[]') AS columns
       FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind = 'r' AND n.nspname = ANY ($1)`,
    [[...new Set(tables.map((table) => table.schema))]],
  );
  return new Map(rows.map((row) => [keyOf(row), new Set(row.columns)]));
}

function requireColumns(tables: readonly ManifestTable[], present: Map<string, Set<string>>): void {
  for (const table of tables) {
    const missing = table.columns.filter((column) => !present.get(keyOf(table))?.has(column));
    if (missing.length === 0) continue;
    const [name, columns] = [tableText(table), missing.join(", ")];
    throw new DomainError(
      "conflict",
      "restore.columns_differ",
      `${name} has no column ${columns} any more.`,
      {
        details: { table: name, columns },
        hint: "Restore the table beside the database and copy the rows over, or take the migration back first.",
      },
    );
  }
}

async function entriesOf(
  client: pg.Client,
  { archive, options }: ChosenOptions,
  missing: readonly ManifestTable[],
): Promise<{ pre: RestoreEntry[]; post: RestoreEntry[] }> {
  if (missing.length === 0) return { pre: [], post: [] };
  const entryOptions = {
    major: serverMajor(client),
    owners: options.owners ?? ("keep" as const),
    tablespaces: await readTablespaces(client),
  };
  const pre = restoreEntries(await textOf(archive, "pre_data"), entryOptions);
  const post = restoreEntries(await textOf(archive, "post_data"), entryOptions);
  return {
    pre: await entriesOfTables(pre.entries, missing),
    post: await entriesOfTables(post.entries, missing),
  };
}

interface TakenKey {
  table: string;
  name: string;
  definition: string;
}

/** Those of partitions belong to the partitioned table's; dropped and added there. */
async function takeForeignKeys(client: pg.Client, tables: readonly TableName[]): Promise<TakenKey[]> {
  const { rows } = await client.query<TakenKey>(
    `WITH RECURSIVE own AS (
       SELECT c.oid, c.conparentid FROM pg_catalog.pg_constraint c
        WHERE c.contype = 'f' AND (c.conrelid = ANY ($1::regclass[]) OR c.confrelid = ANY ($1::regclass[]))
       UNION SELECT p.oid, p.conparentid FROM own JOIN pg_catalog.pg_constraint p ON p.oid = own.conparentid)
     SELECT format('%I.%I', n.nspname, t.relname) AS table, c.conname::text AS name,
            pg_catalog.pg_get_constraintdef(c.oid) AS definition
       FROM own JOIN pg_catalog.pg_constraint c ON c.oid = own.oid JOIN pg_catalog.pg_class t ON t.oid = c.conrelid
       JOIN pg_catalog.pg_namespace n ON n.oid = t.relnamespace
      WHERE c.conparentid = 0 ORDER BY 1, 2`,
    [tables.map(quoteTable)],
  );
  for (const key of rows)
    await client.query(`ALTER TABLE ${key.table} DROP CONSTRAINT ${quoteName(key.name)}`);
  return rows;
}

async function putBack(client: pg.Client, key: TakenKey): Promise<void> {
  try {
    await client.query(`ALTER TABLE ${key.table} ADD CONSTRAINT ${quoteName(key.name)} ${key.definition}`);
  } catch (cause) {
    const { code, message, detail } = cause as { code?: string; message?: string; detail?: string };
    if (code !== "23503") throw cause;
    throw new DomainError(
      "conflict",
      "restore.neighbours_differ",
      `The restored rows do not fit to those of a neighbour: ${message} (${key.name} of ${key.table}).`,
      {
        details: { table: key.table, constraint: key.name, reason: message, detail: detail ?? null },
        hint: "Restore the neighbour's rows with them; nothing was changed.",
        cause,
      },
    );
  }
}

const TRIGGER_STATE: Record<string, string> = {
  O: "ENABLE",
  D: "DISABLE",
  R: "ENABLE REPLICA",
  A: "ENABLE ALWAYS",
};

/** Statements that bring back the state of each trigger. */
async function readTriggers(client: pg.Client, tables: readonly TableName[]): Promise<string[]> {
  const { rows } = await client.query<{ table: string; name: string; state: string }>(
    `SELECT format('%I.%I', n.nspname, c.relname) AS table, t.tgname::text AS name, t.tgenabled::text AS state
       FROM pg_catalog.pg_trigger t JOIN pg_catalog.pg_class c ON c.oid = t.tgrelid
       JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      WHERE NOT t.tgisinternal AND t.tgrelid = ANY ($1::regclass[])`,
    [tables.map(quoteTable)],
  );
  return rows.map(
    (row) =>
      `ALTER TABLE ONLY ${row.table} ${TRIGGER_STATE[row.state] ?? "ENABLE"} TRIGGER ${quoteName(row.name)}`,
  );
}

const SETVAL = /^SELECT pg_catalog\.setval\(('(?:[^']|'')*'), (-?\d+), (true|false)\);$/;

/** Sequences of tables made anew get their values; those of the others never go back. */
async function restoreOwnedSequences(
  client: pg.Client,
  archive: OpenArchive,
  tables: readonly TableName[],
  missing: ReadonlySet<string>,
): Promise<void> {
  const { rows } = await client.query<TableName & { sequence: TableName; value: string }>(
    `SELECT n.nspname::text AS schema, t.relname::text AS name,
            json_build_object('schema', sn.nspname, 'name', s.relname) AS sequence,
            pg_catalog.pg_sequence_last_value(s.oid)::text AS value
       FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_class s ON s.oid = d.objid AND s.relkind = 'S'
       JOIN pg_catalog.pg_namespace sn ON sn.oid = s.relnamespace
       JOIN pg_catalog.pg_class t ON t.oid = d.refobjid JOIN pg_catalog.pg_namespace n ON n.oid = t.relnamespace
      WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.refclassid = 'pg_catalog.pg_class'::regclass
        AND d.deptype IN ('a', 'i') AND t.oid = ANY ($1::regclass[])`,
    [tables.map(quoteTable)],
  );
  const owned = new Map(rows.map((row) => [quoteText(quoteTable(row.sequence)), row]));
  const wanted = (line: string) => {
    const [, sequence = "", value = "0"] = SETVAL.exec(line) ?? [];
    const row = owned.get(sequence);
    if (!row) return false;
    return missing.has(keyOf(row)) || row.value === null || BigInt(value) > BigInt(row.value);
  };
  for (const file of filesOf(archive, "sequences")) await runLines(client, archive.read(file), wanted);
}
