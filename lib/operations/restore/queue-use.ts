import type { Tx } from "../../db/client";
import type { Prisma, Restore } from "../../db/generated/client";
import { enqueue } from "../../queue/queue";
import type { UseMode } from "../backup/views";
import type { RestoreChoices } from "./choices";

export interface WantedUse {
  backup: { id: string; projectId: string; targetId: string | null };
  mode: UseMode;
  by: { id: string | null; label: string };
  /** Where it goes, for a restore; the backup's own target unless said. */
  targetId?: string;
  tables?: string[];
  database?: string | null;
  choices?: RestoreChoices;
  approvalsNeeded?: number;
  reason?: string | null;
}

/** Asks for something to be done with an archive: at once, or when it is approved. */
export async function queueUse(tx: Tx, wanted: WantedUse): Promise<Restore> {
  const { backup, mode, by, approvalsNeeded = 0 } = wanted;
  const row = await tx.restore.create({
    data: {
      projectId: backup.projectId,
      backupId: backup.id,
      targetId: wanted.targetId ?? backup.targetId,
      mode,
      state: approvalsNeeded > 0 ? "awaiting_approval" : "queued",
      tables: wanted.tables ?? [],
      options: (wanted.choices ?? {}) as Prisma.InputJsonValue,
      database: wanted.database ?? null,
      approvalsNeeded,
      reason: wanted.reason ?? null,
      createdBy: by.id,
      createdByLabel: by.label,
    },
  });
  if (approvalsNeeded === 0) await enqueue(tx, "backup.use", { useId: row.id });
  return row;
}
