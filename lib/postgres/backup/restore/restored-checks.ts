import type pg from "pg";
import type { Manifest, ManifestTable, RestoreChecks } from "../../../core/backup/types";
import { serverMajor } from "../../connection/connect";
import type { ConnectionSpec } from "../../connection/connection-spec";
import type { OpenArchive } from "../archive-reader";
import { NAME_OR_NOT_NULL } from "../catalog-queries";
import { keyOf } from "../inventory";
import { quoteTable } from "../sql-text";
import { dumpStructure, isSameStructure, type Structure, structureFingerprint } from "../structure";
import { textOf } from "./fill-database";
import { schemasOf } from "./replaced-scope";

const INVALID = `
SELECT format('%s.%s %s', n.nspname, t.relname, ${NAME_OR_NOT_NULL}) AS text,
    format('%s.%s %s', n.nspname, t.relname, c.conname) AS name
  FROM pg_catalog.pg_constraint c JOIN pg_catalog.pg_class t ON t.oid = c.conrelid
  JOIN pg_catalog.pg_namespace n ON n.oid = t.relnamespace
 WHERE NOT c.convalidated AND ($1::text[] IS NULL OR n.nspname = ANY ($1))
UNION ALL
SELECT format('%s.%s', n.nspname, c.relname), format('%s.%s', n.nspname, c.relname)
  FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 WHERE NOT i.indisvalid AND n.nspname !~ '^pg_' AND ($1::text[] IS NULL OR n.nspname = ANY ($1))
 ORDER BY 1`;

/** Constraints that are not valid although they were in the source, and indexes that are not. */
export async function readInvalid(client: pg.Client, manifest: Manifest): Promise<string[]> {
  const known = new Set(manifest.notValid);
  const { rows } = await client.query<{ text: string; name: string }>(INVALID, [schemasOf(manifest.scope)]);
  // Older archives say the name of NOT NULL too.
  return rows.filter(({ text, name }) => !known.has(text) && !known.has(name)).map(({ text }) => text);
}

/** Counts rows anew, table by table. */
export async function countRows(
  client: pg.Client,
  tables: readonly ManifestTable[],
): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  for (const table of tables) {
    const condition = table.condition ?? "";
    const { rows } = await client.query<{ count: string }>(
      `SELECT pg_catalog.count(*) AS count FROM ONLY ${quoteTable(table)} ${condition}`,
    );
    counts.set(keyOf(table), Number(rows[0]?.count));
  }
  return counts;
}

export interface CheckOptions {
  manifest: Manifest;
  tables: readonly ManifestTable[];
  counts: ReadonlyMap<string, number>;
  /** The restored database and what it was made of, when its structure is to be compared as a whole. */
  whole: { spec: ConnectionSpec; archive: OpenArchive } | null;
  signal?: AbortSignal | undefined;
}

/** Compares a restored database with its manifest: rows, validity, structure. What differs is data. */
export async function checkRestored(client: pg.Client, options: CheckOptions): Promise<RestoreChecks> {
  const { manifest, tables, counts } = options;
  const wrongCounts = tables.flatMap((table) => {
    const found = counts.get(keyOf(table)) ?? 0;
    const { schema, name, rows: expected } = table;
    return found === expected ? [] : [{ schema, name, expected, found }];
  });
  const invalid = await readInvalid(client, manifest);
  const fingerprint = options.whole ? await compareStructure(client, options.whole, options.signal) : null;
  return {
    ok: wrongCounts.length === 0 && invalid.length === 0 && (fingerprint?.equal ?? true),
    tables: tables.length,
    rows: [...counts.values()].reduce((sum, rows) => sum + rows, 0),
    wrongCounts,
    invalid,
    fingerprint,
  };
}

/** Texts of different major versions differ for equal schemas. */
async function compareStructure(
  client: pg.Client,
  { spec, archive }: { spec: ConnectionSpec; archive: OpenArchive },
  signal: AbortSignal | undefined,
): Promise<RestoreChecks["fingerprint"]> {
  const { manifest } = archive;
  const major = serverMajor(client);
  if (major !== manifest.server.major) return null;
  const structure = await dumpStructure(spec, major, {
    scope: manifest.scope,
    ...(signal ? { signal } : {}),
  });
  const [expected, found] = [manifest.schemaFingerprint, structureFingerprint(structure, major)];
  const equal = expected === found || isSameStructure(await structureOf(archive), structure, major);
  return { expected, found, equal };
}

async function structureOf(archive: OpenArchive): Promise<Structure> {
  return { preData: await textOf(archive, "pre_data"), postData: await textOf(archive, "post_data") };
}
