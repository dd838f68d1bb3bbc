import { join, resolve } from "node:path";
import { systemActor } from "../../access/actor";
import { recordAudit } from "../../audit/record";
import { type Db, db as store, type Tx } from "../../db/client";
import type { BackupStorage } from "../../db/generated/client";
import { env } from "../../env";
import { DomainError } from "../../errors";
import { instanceScope } from "../define";

const LOCK = 7_126_003;

/**
 * Where backups of a project go when nobody says: the project's own default, else that of the instance, which is a
 * folder beside the data of the instance (DBMIGRATOR_BACKUP_STORAGE names another) and is made when first needed.
 * @throws DomainError precondition `storage.none`
 */
export async function defaultStorage(db: Db, projectId: string): Promise<BackupStorage> {
  const find = () =>
    db.backupStorage.findFirst({
      where: { isDefault: true, OR: [{ projectId }, { projectId: null }] },
      // The project's own before that of the instance.
      orderBy: { projectId: { sort: "asc", nulls: "last" } },
    });
  return (await find()) ?? makeInstanceStorage();
}

/** The instance's own storage; made once, whoever comes first. */
export async function makeInstanceStorage(): Promise<BackupStorage> {
  const settings = { path: instanceFolder() };
  return store().$transaction(async (tx) => {
    await tx.$executeRaw`SELECT pg_advisory_xact_lock(${LOCK})`;
    const there = await tx.backupStorage.findFirst({ where: { projectId: null, isDefault: true } });
    if (there) return there;
    const row = await tx.backupStorage.create({
      data: { name: "local", kind: "folder", settings, isDefault: true },
    });
    await auditMade(tx, row);
    return row;
  });
}

async function auditMade(tx: Tx, row: BackupStorage): Promise<void> {
  await recordAudit(tx, {
    actor: systemActor,
    operation: "storage.create",
    scope: instanceScope("storage", row.name, row.id),
    outcome: "ok",
    details: { kind: row.kind, settings: row.settings },
  });
}

/** DBMIGRATOR_BACKUP_STORAGE when it is a folder, else `backups` in the data folder. */
function instanceFolder(): string {
  const { BACKUP_STORAGE: named, DBMIGRATOR_DATA: data } = env();
  if (named && !/^[a-z0-9]+:\/\//i.test(named)) return resolve(named);
  if (data) return join(resolve(data), "backups");
  throw new DomainError("precondition", "storage.none", "There is no place for backups yet.", {
    hint: "Add a storage in the project's backup settings, or set DBMIGRATOR_BACKUP_STORAGE to a folder.",
  });
}

/** A storage that a project may write to: one of its own, or one of the instance. */
export async function storageFor(
  db: Db,
  projectId: string,
  storageId: string | null | undefined,
): Promise<BackupStorage> {
  if (!storageId) return defaultStorage(db, projectId);
  const row = await db.backupStorage.findFirst({
    where: { id: storageId, OR: [{ projectId }, { projectId: null }] },
  });
  if (row) return row;
  throw new DomainError("not_found", "access.not_found", "There is no such storage, or you may not see it.", {
    details: { type: "storage" },
  });
}
