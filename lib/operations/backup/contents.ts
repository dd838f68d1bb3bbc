import { z } from "zod";
import type { ManifestForeignKey, TableName } from "../../core/backup/types";
import { readManifest } from "../../postgres/backup/archive-reader";
import { defineOperation } from "../define";
import { lacksKey, openArchiveOf } from "../storage/open";
import { backupIdOf, backupScope, loadBackup, withBackup } from "./scope";

export interface BackupContents {
  tables: (TableName & { rows: number; bytes: number })[];
  /** There are more tables than were asked for. */
  more: number;
  foreignKeys: ManifestForeignKey[];
  /** Encrypted with a key that this instance does not have: nothing of it can be restored here. */
  keyMissing: boolean;
}

const MOST = 5000;

/** Every table of an archive with the foreign keys between them, from its manifest. */
export const getBackupContents = defineOperation({
  name: "backup.contents",
  permission: "backup.read",
  input: withBackup({ limit: z.coerce.number().int().min(1).max(MOST).default(MOST) }),
  audit: "none",
  scope: backupScope,
  run: async ({ ctx, input, scope }): Promise<BackupContents> => {
    const manifest = await readManifest(openArchiveOf(await loadBackup(ctx.db, backupIdOf(scope))));
    const empty = (manifest.emptyPartitioned ?? []).map((table) => ({ ...table, rows: 0, rawBytes: 0 }));
    const tables = [...manifest.tables, ...empty]
      .sort((a, b) => (`${a.schema}.${a.name}` < `${b.schema}.${b.name}` ? -1 : 1))
      .map(({ schema, name, rows, rawBytes }) => ({ schema, name, rows, bytes: rawBytes }));
    return {
      tables: tables.slice(0, input.limit),
      more: Math.max(0, tables.length - input.limit),
      foreignKeys: manifest.foreignKeys,
      keyMissing: lacksKey(manifest.encryption),
    };
  },
});
