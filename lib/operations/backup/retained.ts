import type { BackupScope } from "../../core/backup/types";
import { type BackupPolicy, completeBackupPolicy } from "../../core/policy/backup-policy";
import { judgeRetention, type KeepReason } from "../../core/policy/retention";
import type { Db, Tx } from "../../db/client";
import type { Prisma } from "../../db/generated/client";
import { groupBy } from "../run/group-by";
import { scopeKey } from "./scope-key";

/** Uses of an archive that have not ended. */
export const AT_WORK = { state: { in: ["awaiting_approval", "queued", "running", "in_doubt"] } };

/**
 * Uses of which a database is kept: the one from before, or the restored one that was put away for it. Only by them it
 * can be put back, and is removed when its time is over.
 */
export const KEEPS_DATABASE = { keptDatabase: { not: null }, keptDroppedAt: null, targetId: { not: null } };

/** A backup stays while there is one of these. */
export const NEEDED = { OR: [AT_WORK, KEEPS_DATABASE] };

/**
 * Why the policy of its environment keeps each finished backup of these; an empty list: the next purge takes it. They
 * have to be all of a target, since each is judged among its like.
 * @param foretold instead of the environment's policy: what it would keep
 */
export async function retentionOf(
  db: Db | Tx,
  where: Pick<Prisma.BackupWhereInput, "targetId" | "environmentId">,
  foretold?: BackupPolicy,
): Promise<Map<string, KeepReason[]>> {
  const rows = await db.backup.findMany({
    where: { ...where, state: "succeeded" },
    select: {
      ...{ id: true, targetId: true, scope: true, createdAt: true, pinned: true, isAutomatic: true },
      ...{ testedState: true, verifiedState: true },
      environment: { select: { backupPolicy: true, protected: true } },
      restores: { where: NEEDED, select: { id: true }, take: 1 },
    },
  });
  const alike = groupBy(rows, (row) => `${row.targetId} ${scopeKey(row.scope as unknown as BackupScope)}`);
  const judged = [...alike.values()].flatMap((own) => {
    const environment = own[0]?.environment;
    if (!environment) return [];
    const stored = foretold ?? (environment.backupPolicy as BackupPolicy);
    const policy = completeBackupPolicy(stored, environment.protected);
    const reasons = judgeRetention(
      own.map((row) => ({
        ...{ id: row.id, at: row.createdAt, pinned: row.pinned, isAutomatic: row.isAutomatic },
        proven: row.testedState === "restores",
        broken: row.verifiedState === "damaged" || ["failed", "differs"].includes(row.testedState),
        inUse: row.restores.length > 0,
      })),
      policy,
    );
    return [...reasons];
  });
  return new Map(judged);
}
