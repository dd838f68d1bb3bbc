import type { CompleteBackupPolicy } from "./backup-policy";

export type KeepReason = "pinned" | "manual" | "last" | "daily" | "weekly" | "monthly" | "proven" | "in_use";

/** A successful backup of one target and one scope, as far as keeping it goes. */
export interface RetainedBackup {
  id: string;
  at: Date;
  pinned: boolean;
  /** Made by a schedule or before a deployment; what people made or imported stays until people delete it. */
  isAutomatic: boolean;
  /** It was restored into a scratch database and equalled its manifest. */
  proven: boolean;
  /** A verification or a test restore found that it is not what it should be. */
  broken: boolean;
  /** A restore works with it, or waits for approval. */
  inUse: boolean;
}

type Limits = Pick<CompleteBackupPolicy, "keepLast" | "keepDaily" | "keepWeekly" | "keepMonthly">;

/**
 * Why each backup of one target and one scope is kept (one of a table stands for none of the whole); an empty list:
 * the purge takes it. Days, weeks (from Monday) and months are those of UTC, of each the newest backup counts, and only
 * those in which there is one: a pause in the schedule makes nothing go. Broken ones take nobody's place. The newest
 * one that is proven to restore is kept whatever the limits say.
 */
export function judgeRetention(
  backups: readonly RetainedBackup[],
  limits: Limits,
): Map<string, KeepReason[]> {
  const newestFirst = [...backups].sort((a, b) => b.at.getTime() - a.at.getTime());
  const reasons = new Map<string, KeepReason[]>(newestFirst.map(({ id }) => [id, []]));
  const keep = (backup: RetainedBackup | undefined, reason: KeepReason) => {
    const own = backup && reasons.get(backup.id);
    if (own && !own.includes(reason)) own.push(reason);
  };
  for (const backup of newestFirst) {
    if (backup.pinned) keep(backup, "pinned");
    if (!backup.isAutomatic) keep(backup, "manual");
    if (backup.inUse) keep(backup, "in_use");
  }
  const automatic = newestFirst.filter((backup) => backup.isAutomatic);
  for (const counted of [automatic, automatic.filter((backup) => !backup.broken)]) {
    for (const backup of counted.slice(0, limits.keepLast)) keep(backup, "last");
    for (const backup of newestOfEach(counted, dayOf, limits.keepDaily)) keep(backup, "daily");
    for (const backup of newestOfEach(counted, weekOf, limits.keepWeekly)) keep(backup, "weekly");
    for (const backup of newestOfEach(counted, monthOf, limits.keepMonthly)) keep(backup, "monthly");
  }
  keep(
    newestFirst.find((backup) => backup.proven),
    "proven",
  );
  return reasons;
}

function newestOfEach(
  newestFirst: readonly RetainedBackup[],
  periodOf: (at: Date) => string,
  count: number,
): RetainedBackup[] {
  const seen = new Map<string, RetainedBackup>();
  for (const backup of newestFirst) {
    const period = periodOf(backup.at);
    if (!seen.has(period)) seen.set(period, backup);
  }
  return [...seen.values()].slice(0, count);
}

function dayOf(at: Date): string {
  return at.toISOString().slice(0, 10);
}

/** The Monday of its week. */
function weekOf(at: Date): string {
  const day = Date.UTC(at.getUTCFullYear(), at.getUTCMonth(), at.getUTCDate());
  return dayOf(new Date(day - ((at.getUTCDay() + 6) % 7) * 86_400_000));
}

function monthOf(at: Date): string {
  return at.toISOString().slice(0, 7);
}
