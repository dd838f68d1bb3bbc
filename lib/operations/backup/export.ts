import { z } from "zod";
import { exportSql } from "../../postgres/backup/export-sql";
import { defineOperation } from "../define";
import { backupKeys, openArchiveOf } from "../storage/open";
import { backupIdOf, backupScope, loadBackup, withBackup } from "./scope";

/** Takes the text as it is made; awaited. */
export type ExportSink = (bytes: Uint8Array) => Promise<void>;

/** Writes a backup as one plain SQL file, as pg_dump would: everything that the database held leaves the instance. */
export const exportBackup = defineOperation({
  name: "backup.export",
  permission: "backup.export",
  input: withBackup({ sink: z.custom<ExportSink>((value) => typeof value === "function") }),
  audit: "target",
  scope: backupScope,
  run: async ({ ctx, input, scope }) => {
    const backup = await loadBackup(ctx.db, backupIdOf(scope));
    ctx.note({ archive: backup.filePath, bytes: Number(backup.fileSizeBytes ?? 0) });
    await exportSql({
      store: openArchiveOf(backup),
      keys: backupKeys(),
      out: input.sink,
      signal: ctx.signal,
    });
  },
});
