import type pg from "pg";
import type { BackupNote, ManifestForeignKey, TableName } from "../../../core/backup/types";
import type { OpenArchive } from "../archive-reader";
import { type RestoreEntry, restoreEntries } from "../dump-entries";
import { keyOf } from "../inventory";
import { quoteTable, tableText } from "../sql-text";
import type { ForeignKey } from "./chosen-keys";
import {
  constraintKey,
  type DumpedKey,
  entriesOfTables,
  type TableEntry,
  viewsOver,
} from "./entries-of-tables";
import { readEntryOptions, textOf } from "./fill-database";

/** What makes tables anew, in the order in which it is done. */
export interface Steps {
  make: RestoreEntry[];
  indexes: RestoreEntry[];
  /** New partitions to what is there, or what is there to a new partitioned table: equal indexes find each other. */
  attach: RestoreEntry[];
  rest: RestoreEntry[];
  foreignKeys: ForeignKey[];
  /** Foreign keys of tables that are not there. */
  left: ManifestForeignKey[];
  notes: BackupNote[];
}

export interface StepsOptions {
  archive: OpenArchive;
  owners: "keep" | "none";
  /** What has to be made, and the partitioned tables above it. */
  missing: readonly TableName[];
  above: readonly TableName[];
}

/** Reads from an archive how tables are made anew that are gone from a database. */
export async function planSteps(client: pg.Client, options: StepsOptions): Promise<Steps> {
  const { archive, owners, missing, above } = options;
  const steps: Steps = { make: [], indexes: [], attach: [], rest: [], foreignKeys: [], left: [], notes: [] };
  if (missing.length === 0) return steps;
  const entryOptions = await readEntryOptions(client, owners);
  const entriesOf = async (kind: "pre_data" | "post_data") =>
    restoreEntries(await textOf(archive, kind), entryOptions).entries;
  const made = new Set(missing.map(keyOf));
  const structure = await entriesOf("pre_data");
  steps.notes.push(...(await viewsGone(client, await viewsOver(structure, missing))));
  for (const { entry, attaches } of await entriesOfTables(structure, missing)) {
    (attaches === "other" ? steps.attach : steps.make).push(entry);
  }
  const post = await entriesOfTables(await entriesOf("post_data"), missing, above);
  const publications = await readNames(client, "SELECT pubname::text AS name FROM pg_catalog.pg_publication");
  const keys = new Set(post.flatMap(({ key }) => (key ? [constraintKey(key.table, key.name)] : [])));
  for (const { entry, key, attaches, publication, ofConstraint } of post) {
    if (key || keys.has(ofConstraint ?? "")) continue;
    if (publication !== null && !publications.has(publication)) continue;
    const isIndex = entry.type === "INDEX" || entry.type === "CONSTRAINT" || attaches === "new_to_new";
    (isIndex ? steps.indexes : steps.rest).push(entry);
  }
  await addKeys(client, post, made, steps);
  return steps;
}

/** Others' foreign keys may be there still, or their tables may be gone. */
async function addKeys(
  client: pg.Client,
  post: readonly TableEntry[],
  made: ReadonlySet<string>,
  steps: Steps,
): Promise<void> {
  for (const { entry, key } of post) {
    if (!key) continue;
    if (!made.has(keyOf(key.table))) {
      const state = await stateOf(client, key);
      if (state === "there") continue;
      if (state === "no_table") {
        steps.left.push({ name: key.name, table: key.table, references: key.references });
        continue;
      }
    }
    const own = constraintKey(key.table, key.name);
    const comment = post.find(({ ofConstraint }) => ofConstraint === own)?.entry.sql ?? "";
    steps.foreignKeys.push({ ...key, sql: `${entry.sql}\n${comment}` });
  }
}

async function stateOf(client: pg.Client, key: DumpedKey): Promise<"there" | "gone" | "no_table"> {
  const { rows } = await client.query<{ table: string | null; there: boolean }>(
    `SELECT pg_catalog.to_regclass($1)::text AS table,
            EXISTS (SELECT FROM pg_catalog.pg_constraint c
                     WHERE c.conrelid = pg_catalog.to_regclass($1) AND c.conname = $2) AS there`,
    [quoteTable(key.table), key.name],
  );
  const [found] = rows;
  if (found?.there) return "there";
  return found?.table ? "gone" : "no_table";
}

/** Views go with what they read; they are not a part of a table. */
async function viewsGone(client: pg.Client, views: readonly TableName[]): Promise<BackupNote[]> {
  const { rows } = await client.query<{ at: number }>(
    `SELECT x.at::int AS at FROM pg_catalog.unnest($1::text[]) WITH ORDINALITY AS x (name, at)
      WHERE pg_catalog.to_regclass(x.name) IS NULL ORDER BY x.at`,
    [views.map(quoteTable)],
  );
  if (rows.length === 0) return [];
  const names = rows.map(({ at }) => tableText(views[at - 1] as TableName)).join(", ");
  const message = `Views that went with the tables are not made again: ${names}.`;
  return [{ code: "views_gone", params: { names }, message }];
}

async function readNames(client: pg.Client, sql: string): Promise<Set<string>> {
  const { rows } = await client.query<{ name: string }>(sql);
  return new Set(rows.map((row) => row.name));
}
