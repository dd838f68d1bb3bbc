import { z } from "zod";
import type { Db } from "../../db/client";
import { DomainError } from "../../errors";
import { confirmName } from "../confirm";
import { defineOperation } from "../define";
import { openArchiveOf } from "../storage/open";
import { AT_WORK, KEEPS_DATABASE } from "./retained";
import { backupIdOf, backupScope, loadBackup, withBackup } from "./scope";

/** Removes a backup and its archive. A pinned one asks for its name; one that is being made or used stays. */
export const deleteBackup = defineOperation({
  name: "backup.delete",
  permission: "backup.delete",
  input: withBackup({ confirm: z.string().max(300).optional() }),
  audit: "target",
  scope: backupScope,
  run: async ({ ctx, input, scope }) => {
    const id = backupIdOf(scope);
    const backup = await loadBackup(ctx.db, id);
    if (backup.pinned || input.confirm !== undefined) confirmName(backup.snapshotId, input.confirm ?? "");
    ctx.note({ archive: backup.filePath, bytes: Number(backup.fileSizeBytes ?? 0) });
    await removeBackup(ctx.db, id);
    return { deleted: backup.snapshotId };
  },
});

/**
 * Marks the backup, so that nothing begins with it any more, removes the archive and then the row. What fails in
 * between is taken up again by the purge.
 * @throws DomainError conflict `backup.in_use`, `backup.keeps_database`, `backup.at_work`
 */
export async function removeBackup(db: Db, id: string): Promise<void> {
  await db.$transaction(async (tx) => {
    await tx.$queryRaw`SELECT id FROM backup WHERE id = ${id}::uuid FOR UPDATE`;
    const used = await tx.restore.count({ where: { backupId: id, ...AT_WORK } });
    if (used > 0) {
      throw new DomainError("conflict", "backup.in_use", "Something works with this backup, or waits to.", {
        hint: "Wait until it is finished, or cancel it.",
      });
    }
    const keeps = await tx.restore.findFirst({ where: { backupId: id, ...KEEPS_DATABASE } });
    if (keeps) {
      const database = keeps.keptDatabase ?? "";
      const message = `${database} is still kept of a restore of this backup.`;
      throw new DomainError("conflict", "backup.keeps_database", message, {
        details: { database },
        hint: "Remove it first, on the page of this backup: without the backup it could not be put back, and nobody would remove it.",
      });
    }
    const { count } = await tx.backup.updateMany({
      where: { id, state: { notIn: ["queued", "running"] } },
      data: { state: "deleting" },
    });
    if (count === 0) {
      throw new DomainError("conflict", "backup.at_work", "This backup is being made.", {
        hint: "Cancel it first.",
      });
    }
  });
  await openArchiveOf(await loadBackup(db, id)).delete();
  await db.backup.delete({ where: { id } });
}
