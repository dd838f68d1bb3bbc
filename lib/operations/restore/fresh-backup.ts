import { systemActor } from "../../access/actor";
import type { BackupScope, Manifest } from "../../core/backup/types";
import type { Db } from "../../db/client";
import type { Restore } from "../../db/generated/client";
import { DomainError } from "../../errors";
import { insertBackup } from "../backup/insert";
import { performBackup, type WorkOptions } from "../backup/perform";
import type { StoredFailure } from "../backup/views";
import { storageFor } from "../storage/default";

/**
 * A restore in place has no old database to go back to: a backup of what is there now is taken first.
 * @param scope what the restore replaces
 * @throws DomainError precondition `restore.fresh_backup_failed`, conflict `restore.no_fresh_backup`; nothing has been
 *   changed then
 */
export async function freshBackup(
  db: Db,
  restore: Restore,
  scope: BackupScope,
  options: WorkOptions,
): Promise<{ id: string; manifest: Manifest }> {
  const storage = await storageFor(db, restore.projectId, null).catch((error: unknown) => {
    throw error instanceof DomainError ? failed(error) : error;
  });
  const row = await insertBackup(db, {
    targetId: restore.targetId ?? "",
    storage,
    origin: "restore",
    scope,
    createdBy: { id: null, label: systemActor.label },
  });
  const { onProgress: _, ...rest } = options;
  const ending = await performBackup(db, row.id, rest);
  if (ending?.kind === "succeeded") return { id: row.id, manifest: ending.manifest };
  if (ending?.kind === "failed") throw failed(ending.failure);
  options.signal?.throwIfAborted();
  throw new DomainError(
    "conflict",
    "restore.no_fresh_backup",
    "The backup before the restore was not finished.",
    {
      hint: "Nothing was changed. Try again.",
    },
  );
}

/** Whoever reads it must not take it for the restore's own: that one never began. */
function failed({ code, message, hint, details }: StoredFailure | DomainError): DomainError {
  return new DomainError(
    "precondition",
    "restore.fresh_backup_failed",
    `The backup before the restore failed, so nothing was changed: ${message}`,
    { details: { ...details, message, because: code }, ...(hint ? { hint } : {}) },
  );
}
