import { can } from "../../access/permissions";
import type { Role } from "../../access/roles";
import type { Db } from "../../db/client";
import type { BackupStanding } from "../backup/standing";
import type { EnvironmentView } from "../deployment/views";
import type { TargetRecord } from "./targets";
import type { NeedsYou } from "./views";

/** A restore that waits for somebody's approval. */
export interface WaitingRestore {
  id: string;
  backupId: string;
  targetId: string | null;
  createdBy: string | null;
  createdAt: Date;
  approvals: unknown;
}

export function loadWaitingRestores(db: Db, projectId: string): Promise<WaitingRestore[]> {
  return db.restore.findMany({
    where: { projectId, state: "awaiting_approval" },
    select: { id: true, backupId: true, targetId: true, createdBy: true, createdAt: true, approvals: true },
    orderBy: { createdAt: "asc" },
    take: 50,
  });
}

/** Failed and overdue backups, and restores to approve, as far as this viewer can do something about them. */
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
    const may = (permission: "backup.create" | "backup.approve") =>
      can(viewer.roleIn(environment.id), permission, environment.protected);
    const items: NeedsYou[] = [];
    const standing = standings.get(target.id);
    if (standing && may("backup.create")) items.push(...ofStanding(standing, base));
    if (!may("backup.approve")) return items;
    for (const restore of waiting) {
      const given = restore.approvals as { id: string }[];
      const mine = restore.createdBy === viewer.userId || given.some(({ id }) => id === viewer.userId);
      if (restore.targetId !== target.id || mine) continue;
      const since = restore.createdAt.toISOString();
      items.push({ kind: "restore_approval", ...base, backupId: restore.backupId, since });
    }
    return items;
  });
}

function ofStanding(
  { failed, overdueSince, last }: BackupStanding,
  base: { targetId: string; service: string; environment: EnvironmentView },
): NeedsYou[] {
  if (failed) {
    return [
      { kind: "backup_failed", ...base, backupId: failed.id, message: failed.message, since: failed.at },
    ];
  }
  if (overdueSince === null) return [];
  return [{ kind: "backup_overdue", ...base, ever: last !== null, since: overdueSince }];
}
