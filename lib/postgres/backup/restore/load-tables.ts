import pg from "pg";
import type { ManifestFile, ManifestTable } from "../../../core/backup/types";
import { DomainError } from "../../../errors";
import type { OpenArchive } from "../archive-reader";
import { keyOf } from "../inventory";
import { columnList, quoteTable, tableText } from "../sql-text";
import { copyIn } from "./copy-in";
import { type ParallelStep, runParallel } from "./parallel-steps";
import type { RestoreFollower } from "./progress";

interface Load {
  table: ManifestTable;
  files: ManifestFile[];
  /** Alone in its transaction with a fresh table: rows are written frozen, and no hint bits have to follow. */
  freeze: boolean;
}

/** An extension has filled its own tables already: they are neither emptied nor fresh. */
const isFresh = ({ condition, loadInto }: ManifestTable) => condition === undefined && loadInto === undefined;

export interface TableLoads {
  /** One for each table that has rows. */
  steps: ParallelStep[];
  /** Rows by table, as the server counted them: whole once the steps have run. */
  counts: Map<string, number>;
  /** Nobody sees a table between the step's begin and its end, nor an old moment of it later: the rows are frozen. */
  closed: boolean;
}

/**
 * What loads the rows of these tables, which are empty and nobody else's. A table is one session's: several at once
 * would each wait for the file to grow, and could not write frozen rows.
 * @param options nested: inside of a transaction of the caller; onLast: after the last one
 */
export function tableLoads(
  archive: OpenArchive,
  tables: readonly ManifestTable[],
  follower: RestoreFollower,
  options: { nested?: boolean; onLast?: () => void } = {},
): TableLoads {
  const files = new Map(archive.manifest.files.map((file) => [file.name, file]));
  const counts = new Map<string, number>(tables.map((table) => [keyOf(table), 0]));
  const filled = tables.filter((table) => table.files.length > 0);
  let left = filled.length;
  const steps = filled.map((table): ParallelStep => {
    const freeze = !options.nested && isFresh(table);
    const own = table.files.flatMap((name) => files.get(name) ?? []);
    return {
      tables: [keyOf(table)],
      exclusive: true,
      first: true,
      weight: table.rawBytes,
      async run(client) {
        counts.set(keyOf(table), await loadFiles(client, archive, { table, files: own, freeze }, follower));
        follower.finish(table);
        left -= 1;
        if (left === 0) options.onLast?.();
      },
    };
  });
  return { steps, counts, closed: filled.every(isFresh) };
}

/** Loads the rows of these tables on one session, within its transaction. @returns rows by table */
export async function loadTables(
  client: pg.Client,
  archive: OpenArchive,
  tables: readonly ManifestTable[],
  follower: RestoreFollower,
  signal?: AbortSignal,
): Promise<Map<string, number>> {
  const { steps, counts } = tableLoads(archive, tables, follower, { nested: true });
  await runParallel([client], steps, signal);
  return counts;
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
