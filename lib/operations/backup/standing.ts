import { type BackupPolicy, completeBackupPolicy } from "../../core/policy/backup-policy";
import type { Db } from "../../db/client";
import type { KeptFailure } from "../../errors";
import { nextTime } from "../schedule/cron";
import type { TestedState, VerifiedState } from "./views";

/** How a target stands with its backups. */
export interface BackupStanding {
  targetId: string;
  /** The newest successful one of the whole database: a part does not stand for it. */
  last: {
    id: string;
    at: string;
    bytes: number | null;
    tested: TestedState;
    verified: VerifiedState;
  } | null;
  /** One that failed after it. */
  failed: { id: string; at: string; failure: KeptFailure | null } | null;
  /** Since when one is missing that policy or schedule promise; null: none is. */
  overdueSince: string | null;
  nextAt: string | null;
}

/** A backup that is late by less is at work or waits for a slot. */
const GRACE_MS = 60 * 60_000;
const HOUR_MS = 60 * 60_000;

/** The standing of every target of a project: two index probes a target. */
export async function loadStandings(
  db: Db,
  projectId: string,
  now = new Date(),
): Promise<Map<string, BackupStanding>> {
  const [rows, schedules, kept] = await Promise.all([
    readRows(db, projectId),
    db.backupSchedule.findMany({ where: { projectId, enabled: true, kind: "backup" } }),
    db.backup.groupBy({
      by: ["scheduleId"],
      where: { projectId, state: "succeeded", scheduleId: { not: null } },
      _max: { createdAt: true },
    }),
  ]);
  const lastOf = new Map(kept.map((one) => [one.scheduleId, one._max.createdAt]));
  return new Map(
    rows.map((row) => {
      const own = schedules
        .filter((schedule) => schedule.targetId === row.targetId)
        .map((schedule) => ({ ...schedule, last: lastOf.get(schedule.id) ?? null }));
      const policy = completeBackupPolicy(row.policy as BackupPolicy, row.isProtected);
      const next = own.flatMap(({ nextAt }) => (nextAt ? [nextAt.getTime()] : []));
      return [
        row.targetId,
        {
          targetId: row.targetId,
          last: row.last && { ...row.last, at: new Date(row.last.at).toISOString() },
          failed: row.failed && { ...row.failed, at: new Date(row.failed.at).toISOString() },
          overdueSince: overdueSince(row, own, policy.overdueHours, now)?.toISOString() ?? null,
          nextAt: next.length === 0 ? null : new Date(Math.min(...next)).toISOString(),
        },
      ];
    }),
  );
}

interface Row {
  targetId: string;
  createdAt: Date;
  policy: unknown;
  isProtected: boolean;
  last: (Omit<NonNullable<BackupStanding["last"]>, "at"> & { at: string }) | null;
  failed: { id: string; at: string; failure: KeptFailure | null } | null;
}

function readRows(db: Db, projectId: string): Promise<Row[]> {
  return db.$queryRaw<Row[]>`
    SELECT t.id AS "targetId", t.created_at AS "createdAt", e.backup_policy AS policy, e.protected AS "isProtected",
           to_jsonb(last) AS last, to_jsonb(failed) AS failed
    FROM target t JOIN service s ON s.id = t.service_id JOIN environment e ON e.id = t.environment_id
    LEFT JOIN LATERAL (
      SELECT b.id, b.created_at AS at, b.file_size_bytes::float8 AS bytes, b.tested_state AS tested,
             b.verified_state AS verified
      FROM backup b WHERE b.target_id = t.id AND b.state = 'succeeded' AND b.scope ->> 'kind' = 'database'
      ORDER BY b.created_at DESC LIMIT 1
    ) last ON true
    LEFT JOIN LATERAL (
      SELECT b.id, b.created_at AS at, b.error AS failure
      FROM backup b WHERE b.target_id = t.id AND b.state = 'failed'
        AND NOT EXISTS (SELECT FROM backup n WHERE n.target_id = t.id AND n.state = 'succeeded'
                           AND n.created_at >= b.created_at AND (n.scope = b.scope OR n.scope ->> 'kind' = 'database'))
      ORDER BY b.created_at DESC LIMIT 1
    ) failed ON true
    WHERE s.project_id = ${projectId}::uuid`;
}

/** The earliest promise that was not kept. */
function overdueSince(
  row: Row,
  schedules: readonly { cron: string; timeZone: string; since: Date; last: Date | null }[],
  overdueHours: number | null,
  now: Date,
): Date | null {
  const last = row.last ? new Date(row.last.at) : null;
  const promised = schedules.map((schedule) => {
    // What the schedule did not promise yet does not count, nor what a backup of its own or of all kept.
    const since = Math.max(...[schedule.since, schedule.last, last].map((at) => at?.getTime() ?? 0));
    return new Date(nextTime(schedule.cron, schedule.timeZone, new Date(since)).getTime() + GRACE_MS);
  });
  if (overdueHours !== null) {
    promised.push(new Date((last ?? row.createdAt).getTime() + overdueHours * HOUR_MS));
  }
  const missed = promised.filter((at) => at < now).sort((a, b) => a.getTime() - b.getTime());
  return missed[0] ?? null;
}
