import pg from "pg";
import type { ManifestFile, ManifestTable } from "../../../core/backup/types";
import { DomainError } from "../../../errors";
import type { OpenArchive } from "../archive-reader";
import { keyOf } from "../inventory";
import { columnList, quoteTable, tableText } from "../sql-text";
import { copyIn } from "./copy-in";
import type { RestoreFollower } from "./progress";

/** A table of more than this share of all bytes is loaded by several sessions: one would still be at it at the end. */
const TOO_LARGE_ALONE = 0.6;

interface Load {
  table: ManifestTable;
  files: ManifestFile[];
  /** Alone in its transaction with a fresh table: rows are written frozen, and no hint bits have to follow. */
  freeze: boolean;
  bytes: number;
}

export interface LoadedRows {
  rows: number;
  /** Rows by table, as the server counted them. */
  counts: Map<string, number>;
}

/**
 * Loads the rows of these tables on all sessions, the largest first. The tables are empty and nobody else's.
 * @param options nested: inside of a transaction of the caller
 */
export async function loadTables(
  clients: readonly pg.Client[],
  archive: OpenArchive,
  tables: readonly ManifestTable[],
  follower: RestoreFollower,
  options: { nested?: boolean; signal?: AbortSignal | undefined } = {},
): Promise<LoadedRows> {
  const loads = planLoads(archive, tables, clients.length, options.nested ?? false);
  const open = new Map<string, number>();
  for (const { table } of loads) open.set(keyOf(table), (open.get(keyOf(table)) ?? 0) + 1);
  const counts = new Map<string, number>(tables.map((table) => [keyOf(table), 0]));
  let failed = false;
  const work = async (client: pg.Client) => {
    for (let load = loads.shift(); load && !failed; load = loads.shift()) {
      options.signal?.throwIfAborted();
      try {
        const rows = await loadFiles(client, archive, load, follower);
        const key = keyOf(load.table);
        counts.set(key, (counts.get(key) ?? 0) + rows);
        open.set(key, (open.get(key) ?? 1) - 1);
        if (open.get(key) === 0) follower.finish(load.table);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  const results = await Promise.allSettled(clients.map(work));
  const rejected = results.find((result) => result.status === "rejected");
  if (rejected) throw rejected.reason;
  return { rows: [...counts.values()].reduce((sum, rows) => sum + rows, 0), counts };
}

function planLoads(
  archive: OpenArchive,
  tables: readonly ManifestTable[],
  sessions: number,
  nested: boolean,
): Load[] {
  const files = new Map(archive.manifest.files.map((file) => [file.name, file]));
  const total = tables.reduce((sum, table) => sum + table.rawBytes, 0);
  const loads = tables.flatMap((table): Load[] => {
    const own = table.files.flatMap((name) => files.get(name) ?? []);
    if (own.length === 0) return [];
    const alone = sessions === 1 || table.rawBytes <= total * TOO_LARGE_ALONE;
    // An extension has filled its own tables already: they are neither emptied nor fresh.
    const freeze = !nested && table.condition === undefined && table.loadInto === undefined;
    if (alone || own.length === 1) return [{ table, files: own, freeze, bytes: table.rawBytes }];
    return own.map((file) => ({ table, files: [file], freeze: false, bytes: file.rawBytes }));
  });
  return loads.sort((a, b) => b.bytes - a.bytes);
}

async function loadFiles(
  client: pg.Client,
  archive: OpenArchive,
  { table, files, freeze }: Load,
  follower: RestoreFollower,
): Promise<number> {
  const name = quoteTable(table.loadInto ?? table);
  const copy = `COPY ${name}${columnList(table.columns)} FROM STDIN`;
  try {
    // In one transaction with TRUNCATE (docs: COPY, FREEZE); with wal_level = minimal, without WAL too.
    if (freeze) await client.query(`BEGIN; TRUNCATE ONLY ${name}`);
    let rows = 0;
    for (const file of files) {
      const source = archive.read(file);
      rows += await copyIn(client, freeze ? `${copy} WITH (FREEZE)` : copy, source, (bytes) =>
        follower.copied(table, bytes),
      );
    }
    if (freeze) await client.query("COMMIT");
    return rows;
  } catch (error) {
    throw rowsRefused(table, error);
  }
}

export function rowsRefused(table: ManifestTable, error: unknown): unknown {
  if (!(error instanceof pg.DatabaseError) || /^(57P0|53)/.test(error.code ?? "")) return error;
  const name = tableText(table);
  return new DomainError(
    "target",
    "restore.rows_refused",
    `The rows of ${name} were refused: ${error.message}`,
    {
      details: { table: name, sqlState: error.code, reason: error.message, where: error.where ?? null },
      hint: "The server's own words say why; nothing that was there before has changed.",
      cause: error,
    },
  );
}
