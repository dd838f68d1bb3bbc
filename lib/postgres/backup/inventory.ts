import type pg from "pg";
import type {
  BackupScope,
  DatabaseTraits,
  Manifest,
  ManifestForeignKey,
  ReplicationTies,
  TableName,
} from "../../core/backup/types";
import { nearestNames } from "../../core/nearest-name";
import { DomainError } from "../../errors";
import { DATABASE, PARTITIONED, SEQUENCES, type Sizes, SURROUNDINGS, tablesQuery } from "./catalog-queries";
import { shortList, tableText } from "./sql-text";

export interface SourceTable extends TableName {
  oid: string;
  columns: string[];
  /** pg_class.reltuples: an estimate. */
  rows: number;
  /** Heap and TOAST. */
  bytes: number;
  heap: number;
  isHeap: boolean;
  /** Belongs to an extension, which makes it and may fill it. */
  isConfiguration: boolean;
  condition: string | null;
  loadInto: TableName | null;
  partOf: TableName[] | null;
}

type TableRow = SourceTable & { ancestors: TableName[] };

/** Tables of the scope that hold rows, partitions of named tables among them. @throws backup.scope_missing */
export async function readTables(
  client: pg.Client,
  scope: BackupScope,
  sizes: Sizes = "exact",
): Promise<SourceTable[]> {
  if (scope.kind === "schema_only") return [];
  const { rows } = await client.query<TableRow>(tablesQuery(sizes));
  const wanted = rows.filter(tableFilter(scope));
  return wanted.map(({ ancestors: _, ...table }) => table);
}

function tableFilter(scope: BackupScope): (table: TableRow) => boolean {
  if (scope.kind === "database") return () => true;
  if (scope.kind !== "tables") {
    const schemas = new Set(scope.schemas ?? []);
    // A dump of chosen schemas makes no extensions, so it keeps no rows of theirs.
    return (table) => schemas.has(table.schema) && !table.isConfiguration;
  }
  const names = new Set(scope.tables.map(keyOf));
  return (table) => names.has(keyOf(table)) || table.ancestors.some((one) => names.has(keyOf(one)));
}

/** Partitioned tables of the scope of which no partition holds rows: no table with rows stands for them. */
export async function readEmptyPartitioned(
  client: pg.Client,
  scope: BackupScope,
  tables: readonly SourceTable[],
): Promise<NonNullable<Manifest["emptyPartitioned"]>> {
  const { rows } = await client.query<TableName & { partOf: TableName[] | null }>(PARTITIONED);
  const filled = new Set(tables.flatMap(({ partOf }) => partOf ?? []).map(keyOf));
  return rows
    .filter((table) => !filled.has(keyOf(table)) && isPartOf(scope, table))
    .map(({ schema, name, partOf }) => ({ schema, name, ...(partOf ? { partOf } : {}) }));
}

function isPartOf(
  scope: BackupScope,
  { partOf, ...table }: TableName & { partOf: TableName[] | null },
): boolean {
  if (scope.kind === "tables") {
    const names = new Set(scope.tables.map(keyOf));
    return [table, ...(partOf ?? [])].some((one) => names.has(keyOf(one)));
  }
  return !("schemas" in scope) || !scope.schemas || scope.schemas.includes(table.schema);
}

export const keyOf = ({ schema, name }: TableName): string => JSON.stringify([schema, name]);

/** Fails early and by name: pg_dump would only say that nothing matches. @throws not_found backup.scope_missing */
export async function requireScope(client: pg.Client, scope: BackupScope): Promise<void> {
  const { missing, present } =
    scope.kind === "tables" ? await missingTables(client, scope.tables) : await missingSchemas(client, scope);
  if (missing.length === 0) return;
  const names = shortList(missing);
  const nearest = nearestNames(missing, present);
  throw new DomainError("not_found", "backup.scope_missing", `The database has no ${names}.`, {
    details: { names, nearest: nearest || "no" },
    hint: nearest ? `Did you mean ${nearest}?` : "Upper and lower case count. Choose what is there.",
  });
}

interface Compared {
  missing: string[];
  present: string[];
}

async function missingSchemas(client: pg.Client, scope: BackupScope): Promise<Compared> {
  const wanted = "schemas" in scope ? (scope.schemas ?? []) : [];
  if (wanted.length === 0) return { missing: [], present: [] };
  const { rows } = await client.query<{ name: string }>("SELECT nspname::text AS name FROM pg_namespace");
  const present = rows.map((row) => row.name);
  const there = new Set(present);
  return { missing: wanted.filter((name) => !there.has(name)), present };
}

async function missingTables(client: pg.Client, tables: TableName[]): Promise<Compared> {
  const { rows } = await client.query<TableName>(
    `SELECT n.nspname::text AS schema, c.relname::text AS name
       FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p')`,
  );
  const there = new Set(rows.map(keyOf));
  const missing = tables.filter((table) => !there.has(keyOf(table))).map(tableText);
  return { missing, present: rows.map(tableText) };
}

export interface SequenceValue extends TableName {
  lastValue: string;
  isCalled: boolean;
}

/** One statement reads so many: a UNION of a thousand takes the planner longer than two of five hundred. */
const SEQUENCES_AT_ONCE = 200;

/** Values of the scope's sequences; those of chosen tables are the ones that belong to them. */
export async function readSequences(
  client: pg.Client,
  scope: BackupScope,
  tables: readonly SourceTable[],
  quote: (table: TableName) => string,
): Promise<SequenceValue[]> {
  if (scope.kind === "schema_only") return [];
  const { rows } = await client.query<TableName & { owner: TableName | null }>(SEQUENCES);
  const named = new Set(scope.kind === "tables" ? scope.tables.map(keyOf) : []);
  // A chosen partitioned table has no rows of its own, but may have a sequence.
  const above = ({ partOf }: SourceTable) => (partOf ?? []).filter((table) => named.has(keyOf(table)));
  const owners = new Set(tables.flatMap((table) => [table, ...above(table)]).map(keyOf));
  const wanted = rows.filter((sequence) => {
    if (scope.kind === "tables") return sequence.owner !== null && owners.has(keyOf(sequence.owner));
    return scope.kind === "database" || scope.schemas.includes(sequence.schema);
  });
  const values: SequenceValue[] = [];
  for (let at = 0; at < wanted.length; at += SEQUENCES_AT_ONCE) {
    const batch = wanted.slice(at, at + SEQUENCES_AT_ONCE);
    const selects = batch.map(
      (one, index) => `SELECT ${index} AS at, last_value::text, is_called FROM ${quote(one)}`,
    );
    const found = await client.query<{ at: number; last_value: string; is_called: boolean }>(
      selects.join("\nUNION ALL "),
    );
    for (const row of found.rows) {
      const { schema, name } = batch[row.at] as TableName;
      values.push({ schema, name, lastValue: row.last_value, isCalled: row.is_called });
    }
  }
  return values;
}

export interface Surroundings {
  foreignKeys: ManifestForeignKey[];
  notValid: string[];
  foreignTables: TableName[];
  extensions: Manifest["extensions"];
  roles: string[];
  /** Role with oid 10: what it owns is not in pg_shdepend. */
  bootstrap: string;
  tablespaces: string[];
  replication: ReplicationTies;
}

export async function readSurroundings(client: pg.Client): Promise<Surroundings> {
  const { rows } = await client.query<Omit<Surroundings, "replication"> & ReplicationTies>(SURROUNDINGS);
  const { slots, publications, subscriptions, ...rest } = rows[0] as Omit<Surroundings, "replication"> &
    ReplicationTies;
  return { ...rest, replication: { slots, publications, subscriptions } };
}

/** What belongs to a database itself; null when the server has none of that name. */
export async function readDatabaseTraits(
  client: pg.Client,
  database: string,
): Promise<DatabaseTraits | null> {
  const { rows } = await client.query<DatabaseTraits>(DATABASE, [database]);
  return rows[0] ?? null;
}
