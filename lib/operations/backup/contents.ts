import { z } from "zod";
import type { Manifest, ManifestForeignKey, TableName } from "../../core/backup/types";
import { DomainError } from "../../errors";
import { readManifest } from "../../postgres/backup/archive-reader";
import { defineOperation } from "../define";
import { lacksKey, openArchiveOf } from "../storage/open";
import { backupIdOf, backupScope, type LoadedBackup, loadBackup, withBackup } from "./scope";

export interface BackupContents {
  tables: (TableName & { rows: number; bytes: number })[];
  /** There are more tables than were asked for. */
  more: number;
  foreignKeys: ManifestForeignKey[];
  /** Encrypted with a key that this instance does not have: nothing of it can be restored here. */
  keyMissing: boolean;
}

const MOST = 5000;

/** @throws DomainError precondition backup.archive_gone, storage.*, backup.* of what is damaged */
export function readManifestOf(backup: LoadedBackup): Promise<Manifest> {
  return readManifest(openArchiveOf(backup)).catch((error) => isGone(error, backup.filePath));
}

/** The backup is known, its archive is not where it was: another matter than a backup that nobody knows. */
function isGone(error: unknown, location: string): never {
  if (!(error instanceof DomainError) || error.code !== "backup.not_there") throw error;
  throw new DomainError(
    "precondition",
    "backup.archive_gone",
    `The archive is not at ${location} any more.`,
    {
      details: { location },
      hint: "See whether the folder is mounted or the bucket is the right one; where it was removed, the backup is lost.",
      cause: error,
    },
  );
}

/** Every table of an archive with the foreign keys between them, from its manifest. */
export const getBackupContents = defineOperation({
  name: "backup.contents",
  permission: "backup.read",
  input: withBackup({ limit: z.coerce.number().int().min(1).max(MOST).default(MOST) }),
  audit: "none",
  scope: backupScope,
  run: async ({ ctx, input, scope }): Promise<BackupContents> => {
    const backup = await loadBackup(ctx.db, backupIdOf(scope));
    const manifest = await readManifestOf(backup);
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
