import type pg from "pg";
import type { ManifestTable, RestoreResult, TableName } from "../../../core/backup/types";
import { DomainError } from "../../../errors";
import type { OpenArchive } from "../archive-reader";
import { keyOf } from "../inventory";
import type { RestoreOptions } from "../options";
import { tableText } from "../sql-text";
import { requireChecks } from "./checks-required";
import { holdTables } from "./chosen-hold";
import { addForeignKey } from "./chosen-keys";
import { moveSequences } from "./chosen-sequences";
import { planSteps } from "./chosen-steps";
import { chosenPartitioned, chosenTables, upToChosen } from "./chosen-tables";
import { refreshReaders } from "./chosen-views";
import { loadTables } from "./load-tables";
import type { RestoreFollower } from "./progress";
import { checkRestored } from "./restored-checks";
import { runEntries } from "./run-entries";

export interface ChosenOptions {
  options: RestoreOptions;
  archive: OpenArchive;
  follower: RestoreFollower;
  tables: readonly TableName[];
}

type Restored = Pick<RestoreResult, "tables" | "rows" | "foreignKeysLeft" | "checks" | "notes">;

/**
 * Replaces the rows of chosen tables by those of the archive, inside of the caller's transaction, and makes those
 * anew that are gone. Their foreign keys are taken off and checked again at the end: rows that do not fit to their
 * neighbours' fail the whole. Triggers do not fire; materialized views that read them are refreshed.
 * @throws DomainError restore.table_not_in_backup, restore.columns_differ, restore.partition_detached,
 *   restore.neighbours_differ
 */
export async function restoreChosen(client: pg.Client, chosen: ChosenOptions): Promise<Restored> {
  const { archive, follower, options } = chosen;
  const { manifest } = archive;
  const nested = { nested: true, signal: options.signal };
  const tables = chosenTables(manifest, chosen.tables);
  follower.expect(tables);
  follower.begin("structure");
  const partitioned = chosenPartitioned(tables, manifest, chosen.tables);
  const places = await findPlaces(client, tables, partitioned, chosen.tables);
  const { missing, above } = places;
  const steps = await planSteps(client, { archive, owners: options.owners ?? "keep", missing, above });
  const notes = [...steps.notes, ...(await runEntries(client, steps.make, nested))];
  const held = await holdTables(client, places.there);
  // Rows of a partition that finds its place anew go through the partitioned table.
  const early = steps.attach.length > 0 && tables.some((table) => table.loadInto);
  if (early) notes.push(...(await runEntries(client, [...steps.indexes, ...steps.attach], nested)));
  follower.begin("data");
  const loads = tables.map((table) => nearby(tables, manifest.tables, table));
  const counts = await loadTables(client, archive, loads, follower, options.signal);
  await moveSequences(client, archive, [...partitioned, ...tables], missing);
  follower.begin("constraints");
  if (!early) notes.push(...(await runEntries(client, [...steps.indexes, ...steps.attach], nested)));
  for (const statement of held.statements) await client.query(statement);
  notes.push(...(await runEntries(client, steps.rest, nested)));
  for (const key of [...held.foreignKeys, ...steps.foreignKeys]) await addForeignKey(client, key);
  notes.push(...(await refreshReaders(client, tables)));
  follower.begin("verifying");
  const checks = await checkRestored(client, { manifest, tables, counts, whole: null });
  // What else in the database is not valid was so before.
  const own = { ...checks, invalid: [], ok: checks.wrongCounts.length === 0 };
  requireChecks(own);
  return { tables: tables.length, rows: checks.rows, foreignKeysLeft: steps.left, checks: own, notes };
}

/** With only some partitions chosen, rows must not find their way into the others: those that do not fit are refused. */
function nearby(
  chosen: readonly ManifestTable[],
  all: readonly ManifestTable[],
  table: ManifestTable,
): ManifestTable {
  const { loadInto, ...alone } = table;
  if (!loadInto) return table;
  const ofIt = (one: ManifestTable) => one.loadInto && keyOf(one.loadInto) === keyOf(loadInto);
  return chosen.filter(ofIt).length === all.filter(ofIt).length ? table : alone;
}

interface Places {
  /** Tables with rows that are there. */
  there: ManifestTable[];
  /** What has to be made anew, partitioned tables among them. */
  missing: TableName[];
  /** Partitioned tables above those that are made anew. */
  above: TableName[];
}

async function findPlaces(
  client: pg.Client,
  tables: readonly ManifestTable[],
  partitioned: readonly Pick<ManifestTable, "schema" | "name" | "partOf">[],
  chosen: readonly TableName[],
): Promise<Places> {
  const present = await presentTables(client, [...tables, ...partitioned]);
  const there = tables.filter((table) => present.get(keyOf(table))?.kind === "r");
  requireColumns(there, present);
  requireAttached(there, present, chosen);
  const made = tables.filter((table) => !there.includes(table));
  const missing = [...partitioned.filter((table) => present.get(keyOf(table))?.kind !== "p"), ...made];
  return { there, missing, above: missing.flatMap((table) => table.partOf ?? []) };
}

interface Present {
  kind: string;
  columns: Set<string>;
  /** Keys of what it is a part of now. */
  partOf: Set<string>;
}

/** What the database has under those names, by key. */
async function presentTables(client: pg.Client, tables: readonly TableName[]): Promise<Map<string, Present>> {
  const { rows } = await client.query<TableName & { kind: string; columns: string[]; above: TableName[] }>(
    `SELECT n.nspname::text AS schema, c.relname::text AS name, c.relkind::text AS kind,
            CASE WHEN c.relispartition THEN
              (SELECT json_agg(json_build_object('schema', an.nspname, 'name', a.relname))
                 FROM pg_catalog.pg_partition_ancestors(c.oid) x (oid) JOIN pg_catalog.pg_class a ON a.oid = x.oid
                 JOIN pg_catalog.pg_namespace an ON an.oid = a.relnamespace)
            ELSE '[]' END AS above,
            coalesce((SELECT json_agg(a.attname) FROM pg_catalog.pg_attribute a
                       WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''),
                     '[]') AS columns
       FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind IN ('r', 'p') AND n.nspname = ANY ($1)`,
    [[...new Set(tables.map((table) => table.schema))]],
  );
  return new Map(
    rows.map((row) => [
      keyOf(row),
      { kind: row.kind, columns: new Set(row.columns), partOf: new Set(row.above.map(keyOf)) },
    ]),
  );
}

/** Rows of a partition that was detached would come back into it, and the chosen table would lack them. */
function requireAttached(
  tables: readonly ManifestTable[],
  present: Map<string, Present>,
  chosen: readonly TableName[],
): void {
  for (const table of tables) {
    const above = upToChosen(table.partOf ?? [], chosen).find(
      (one) => present.get(keyOf(one))?.kind === "p" && !present.get(keyOf(table))?.partOf.has(keyOf(one)),
    );
    if (!above) continue;
    const [partition, name] = [tableText(table), tableText(above)];
    throw new DomainError(
      "conflict",
      "restore.partition_detached",
      `${partition} is no partition of ${name} any more.`,
      {
        details: { partition, table: name },
        hint: "Attach it again, or drop it, or choose the partitions one by one.",
      },
    );
  }
}

function requireColumns(tables: readonly ManifestTable[], present: Map<string, Present>): void {
  for (const table of tables) {
    const missing = table.columns.filter((column) => !present.get(keyOf(table))?.columns.has(column));
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
