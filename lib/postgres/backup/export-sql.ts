import type { ManifestTable } from "../../core/backup/types";
import { type OpenArchive, openArchive } from "./archive-reader";
import type { ReadBackupOptions } from "./options";
import { filesOf, textOf } from "./restore/fill-database";
import { columnList, quoteTable } from "./sql-text";

export interface ExportOptions extends ReadBackupOptions {
  /** Takes the text; awaited, so that a slow reader is not overrun. */
  out: (bytes: Uint8Array) => Promise<void>;
}

const END = "\n--\n-- PostgreSQL database dump complete\n--\n\n";

/**
 * Writes an archive as one plain SQL file, as pg_dump would: structure, COPY … FROM stdin with the rows, values of
 * sequences, large objects, indexes and constraints. psql restores it.
 * @throws DomainError of openArchive; backup.damaged, also when all bytes were written already
 */
export async function exportSql(options: ExportOptions): Promise<void> {
  const archive = await openArchive(options.store, options.keys);
  const write = async (text: string) => options.out(Buffer.from(text, "utf8"));
  await write(await textOf(archive, "pre_data"));
  for (const table of archive.manifest.tables) {
    options.signal?.throwIfAborted();
    await exportRows(archive, table, options.out);
  }
  for (const kind of ["sequences", "large_objects"] as const) {
    for (const file of filesOf(archive, kind)) {
      for await (const bytes of archive.read(file)) await options.out(bytes);
    }
  }
  await write(`\n${await textOf(archive, "post_data")}${END}`);
}

async function exportRows(
  archive: OpenArchive,
  table: ManifestTable,
  out: ExportOptions["out"],
): Promise<void> {
  const files = new Map(filesOf(archive, "data").map((file) => [file.name, file]));
  if (table.files.length === 0) return;
  await out(
    Buffer.from(
      `COPY ${quoteTable(table.loadInto ?? table)}${columnList(table.columns)} FROM stdin;\n`,
      "utf8",
    ),
  );
  for (const name of table.files) {
    const file = files.get(name);
    if (!file) continue;
    for await (const bytes of archive.read(file)) await out(bytes);
  }
  await out(Buffer.from("\\.\n\n\n", "utf8"));
}
