import { type BackupPolicy, completeBackupPolicy } from "../../core/policy/backup-policy";
import type { Db, Tx } from "../../db/client";

/** Until when a database is kept that a restore replaced, by the policy of its environment. */
export async function keptUntil(db: Db | Tx, targetId: string | null): Promise<Date | null> {
  const target = await db.target.findUnique({
    where: { id: targetId ?? "" },
    select: { environment: { select: { backupPolicy: true, protected: true } } },
  });
  if (!target) return null;
  const { backupPolicy, protected: isProtected } = target.environment;
  const { keepReplacedDays } = completeBackupPolicy(backupPolicy as BackupPolicy, isProtected);
  return new Date(Date.now() + keepReplacedDays * 86_400_000);
}
