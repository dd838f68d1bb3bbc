import { join } from "node:path";
import type { BackupStorage as ArchiveStorage, ArchiveStore, WrappingKey } from "../../core/backup/types";
import type { BackupStorage } from "../../db/generated/client";
import { instanceKeys, openSecret } from "../../db/secrets";
import { wrappingKey } from "../../postgres/backup/crypt";
import { folderStorage } from "../../postgres/backup/folder-store";
import type { S3Settings } from "../../storage/s3-settings";
import { S3Storage } from "../../storage/s3-storage";

export type StorageRow = Pick<BackupStorage, "id" | "projectId" | "kind" | "settings" | "secret">;

/**
 * The place of a project's archives in a storage. A storage of the instance holds a part for each project, so that
 * nobody lists or imports the archives of another project.
 * @param slug of the project; null: the storage itself, for administrators of the instance
 * @throws DomainError storage.*, store.secret_unreadable
 */
export function openStorage(row: StorageRow, slug: string | null): ArchiveStorage {
  const part = row.projectId === null && slug !== null ? slug : "";
  if (row.kind === "folder") return folderStorage(join((row.settings as { path: string }).path, part));
  return openBucket(row, part);
}

/** @throws as openStorage */
export function openBucket(row: StorageRow, part = ""): S3Storage {
  const settings = row.settings as unknown as S3Settings;
  return new S3Storage({
    ...settings,
    prefix: [settings.prefix, part].filter(Boolean).join("/"),
    secretAccessKey: row.secret ? openSecret(row.secret, row.id) : null,
    guarded: true,
  });
}

/** The archive of a backup. */
export function openArchiveOf(backup: {
  snapshotId: string;
  storage: StorageRow;
  project: { slug: string };
}): ArchiveStore {
  return openStorage(backup.storage, backup.project.slug).open(backup.snapshotId);
}

/** What wraps the keys of archives: the first one is for new archives, all are for reading. */
export function backupKeys(): [WrappingKey, ...WrappingKey[]] {
  const [first, ...rest] = instanceKeys("backups");
  return [wrappingKey(first), ...rest.map(wrappingKey)];
}

/** Whether an archive is encrypted with a key that this instance does not have: it can be moved, not read. */
export function lacksKey(encryption: { keyId: string } | null): boolean {
  return encryption !== null && !backupKeys().some((key) => key.id === encryption.keyId);
}
