import { z } from "zod";
import type { Db, Tx } from "../../db/client";
import { backupScope } from "../backup/scope";
import type { Scope } from "../define";
import { noSuch, scopeOfTarget } from "../project/find";

export const archiveUseRef = z.object({ useId: z.uuid() });

/**
 * The place of something that is done with an archive: where a restore goes; of what only reads it, where the
 * backup is from.
 * @throws DomainError not_found
 */
export async function scopeOfUse({ db, input }: { db: Db | Tx; input: { useId: string } }): Promise<Scope> {
  const row = await db.restore.findUnique({
    where: { id: input.useId },
    select: {
      id: true,
      mode: true,
      targetId: true,
      backupId: true,
      backup: { select: { snapshotId: true } },
    },
  });
  if (!row) throw noSuch("restore");
  const isReading = row.mode === "verify" || row.mode === "test" || row.targetId === null;
  const scope = isReading
    ? await backupScope({ db, input: { backupId: row.backupId } })
    : await scopeOfTarget(db, row.targetId ?? "");
  return {
    ...scope,
    resource: { type: "restore", id: row.id, label: `${row.mode} ${row.backup.snapshotId}` },
  };
}
