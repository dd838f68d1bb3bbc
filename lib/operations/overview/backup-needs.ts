import { can } from "../../access/permissions";
import type { Role } from "../../access/roles";
import type { Db } from "../../db/client";
import type { BackupStanding } from "../backup/standing";
import type { EnvironmentView } from "../deployment/views";
import type { TargetRecord } from "./targets";
import type { NeedsYou } from "./views";

/** A restore that waits for somebody: for an approval, or for a word about what became of it. */
export interface WaitingRestore {
  id: string;
  state: string;
  backupId: string;
  targetId: string | null;
  createdBy: string | null;
  createdAt: Date;
  approvals: unknown;
}

export function loadWaitingRestores(db: Db, projectId: string): Promise<WaitingRestore[]> {
  return db.restore.findMany({
    where: { projectId, state: { in: ["awaiting_approval", "in_doubt"] } },
    select: {
      ...{ id: true, state: true, backupId: true, targetId: true },
      ...{ createdBy: true, createdAt: true, approvals: true },
    },
    orderBy: { createdAt: "asc" },
    take: 50,
  });
}

/** Failed and overdue backups, and restores to approve or to settle, as far as this viewer can do something about them. */
export function backupNeeds(args: {
  viewer: { userId: string | null; roleIn(environmentId: string): Role | null };
  targets: readonly TargetRecord[];
  environments: ReadonlyMap<string, EnvironmentView>;
  standings: ReadonlyMap<string, BackupStanding>;
  waiting: readonly WaitingRestore[];
}): NeedsYou[] {
  const { viewer, targets, environments, standings, waiting } = args;
  return targets.flatMap((target) => {
    const environment = environments.get(target.environmentId);
    if (!environment) return [];
    const base = { targetId: target.id, service: target.serviceName, environment };
    const may = (permission: "backup.create" | "backup.approve" | "backup.restore") =>
      can(viewer.roleIn(environment.id), permission, environment.protected);
    const items: NeedsYou[] = [];
    const standing = standings.get(target.id);
    if (standing && may("backup.create")) items.push(...ofStanding(standing, base));
    for (const restore of waiting) {
      if (restore.targetId !== target.id) continue;
      const { id: restoreId, backupId, createdAt, state } = restore;
      const rest = { ...base, restoreId, backupId, since: createdAt.toISOString() };
      if (state === "in_doubt") {
        if (may("backup.restore")) items.push({ kind: "restore_in_doubt", ...rest });
      } else if (may("backup.approve") && !decidedBy(restore, viewer.userId)) {
        items.push({ kind: "restore_approval", ...rest });
      }
    }
    return items;
  });
}

/** Who asked for it does not approve it, and nobody twice. */
function decidedBy({ createdBy, approvals }: WaitingRestore, userId: string | null): boolean {
  return createdBy === userId || (approvals as { id: string }[]).some(({ id }) => id === userId);
}

function ofStanding(
  { failed, overdueSince, last }: BackupStanding,
  base: { targetId: string; service: string; environment: EnvironmentView },
): NeedsYou[] {
  if (failed) {
    return [
      { kind: "backup_failed", ...base, backupId: failed.id, failure: failed.failure, since: failed.at },
    ];
  }
  if (overdueSince === null) return [];
  return [{ kind: "backup_overdue", ...base, ever: last !== null, since: overdueSince }];
}
