import { randomUUID } from "node:crypto";
import { DomainError } from "../../errors";
import { notWritable } from "../../postgres/backup/failures";
import { folderStorage } from "../../postgres/backup/folder-store";
import { openBucket, type StorageRow } from "./open";

/** Writes a small file there, reads it and removes it. @throws DomainError storage.* */
export async function tryStorage(row: StorageRow): Promise<void> {
  if (row.kind === "s3") return openBucket(row).tryOut();
  const { path } = row.settings as { path: string };
  try {
    const store = folderStorage(path).open(`probe-${randomUUID()}`);
    const writer = await store.write("probe");
    try {
      await writer.write(new TextEncoder().encode("dbmigrator"));
      await writer.finish();
    } finally {
      await writer.abort();
      await store.delete();
    }
  } catch (error) {
    // The name of what was tried says nothing to whoever chose the folder.
    if (error instanceof DomainError && error.code === "backup.not_writable")
      throw notWritable(path, String(error.details.reason), error);
    if (error instanceof DomainError) throw error;
    const { code = "", message } = error as NodeJS.ErrnoException;
    throw new DomainError("target", "storage.folder", `${path} cannot be written to: ${code || message}.`, {
      details: { path, reason: code || message },
      hint: "Give the folder to the user that DBMigrator runs as, or choose another.",
      cause: error,
    });
  }
}
