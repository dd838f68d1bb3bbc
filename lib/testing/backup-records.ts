import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Actor } from "../access/actor";
import { setEnv } from "../env";
import { getBackup } from "../operations/backup/get";
import type { BackupDetail, UseRow } from "../operations/backup/views";
import { execute } from "../operations/define";

/** A folder for the archives of this test file, as the instance's own storage. */
export async function backupFolder(): Promise<{ path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), "dbmigrator-backups-"));
  setEnv({ DBMIGRATOR_BACKUP_STORAGE: path } as Record<string, string>);
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}

/** Waits until a backup is no longer being made. */
export async function backupDone(actor: Actor, backupId: string, timeoutMs = 60_000): Promise<BackupDetail> {
  return waitFor(
    () => execute(getBackup, actor, { backupId }),
    (backup) => !["queued", "running"].includes(backup.state),
    timeoutMs,
  );
}

/** Waits until something that is done with an archive has ended. */
export async function useDone(
  actor: Actor,
  backupId: string,
  useId: string,
  timeoutMs = 60_000,
): Promise<UseRow> {
  const backup = await waitFor(
    () => execute(getBackup, actor, { backupId }),
    ({ uses }) => !["queued", "running"].includes(uses.find((use) => use.id === useId)?.state ?? ""),
    timeoutMs,
  );
  const use = backup.uses.find((one) => one.id === useId);
  if (!use) throw new Error("There is no such use.");
  return use;
}

async function waitFor<T>(
  look: () => Promise<T>,
  isDone: (value: T) => boolean,
  timeoutMs: number,
): Promise<T> {
  const until = Date.now() + timeoutMs;
  for (;;) {
    const value = await look();
    if (isDone(value)) return value;
    if (Date.now() > until) throw new Error(`It is not done in time: ${JSON.stringify(value)}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
