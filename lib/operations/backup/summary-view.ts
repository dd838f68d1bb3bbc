import { z } from "zod";
import type { Db } from "../../db/client";
import { defineOperation } from "../define";
import type { EnvironmentView } from "../deployment/views";
import { scopeOfSlug } from "../project/find";
import { type BackupStanding, loadStandings } from "./standing";
import type { BackupState, TestedState, VerifiedState } from "./views";

const DAYS = 30;
const DAY_MS = 86_400_000;

export interface TimelinePoint {
  id: string;
  at: string;
  state: BackupState;
  tested: TestedState;
  verified: VerifiedState;
  service: string;
}

/** What was stored at the end of a day (UTC). */
export interface UsagePoint {
  day: string;
  bytes: number;
  backups: number;
}

export interface BackupSummary {
  /** One lane each, in the project's order; backups of the last thirty days, oldest first. */
  environments: {
    environment: EnvironmentView;
    points: TimelinePoint[];
    targets: (BackupStanding & { service: string })[];
  }[];
  /** Thirty days, oldest first, without gaps. */
  usage: UsagePoint[];
  /** Start of the time that the lanes show. */
  from: string;
  to: string;
  counts: { backups: number; bytes: number; proven: number };
}

/** What the backups page shows above its list: a lane for each environment, and the space over time. */
export const getBackupSummary = defineOperation({
  name: "backup.summary",
  permission: "backup.read",
  input: z.object({ project: z.string().min(1).max(100) }),
  audit: "none",
  scope: ({ db, input }) => scopeOfSlug(db, input.project),
  run: async ({ ctx, scope }): Promise<BackupSummary> => {
    const projectId = scope.projectId ?? "";
    const to = new Date();
    const from = new Date(to.getTime() - DAYS * DAY_MS);
    const [environments, targets, points, standings, usage, counts] = await Promise.all([
      ctx.db.environment.findMany({
        where: { projectId },
        orderBy: { position: "asc" },
        select: { id: true, name: true, color: true, protected: true },
      }),
      ctx.db.target.findMany({
        where: { service: { projectId } },
        select: { id: true, environmentId: true, service: { select: { name: true } } },
        orderBy: { service: { name: "asc" } },
      }),
      ctx.db.backup.findMany({
        where: { projectId, createdAt: { gte: from }, state: { not: "deleting" } },
        orderBy: { createdAt: "asc" },
        take: 2000,
        select: {
          ...{ id: true, createdAt: true, state: true, testedState: true, verifiedState: true },
          ...{ serviceName: true, environmentId: true },
        },
      }),
      loadStandings(ctx.db, projectId, to),
      loadUsage(ctx.db, projectId, to),
      loadCounts(ctx.db, projectId),
    ]);
    return {
      from: from.toISOString(),
      to: to.toISOString(),
      usage,
      counts,
      environments: environments.map((environment) => ({
        environment,
        points: points
          .filter((point) => point.environmentId === environment.id)
          .map((point) => ({
            id: point.id,
            at: point.createdAt.toISOString(),
            state: point.state as BackupState,
            tested: point.testedState as TestedState,
            verified: point.verifiedState as VerifiedState,
            service: point.serviceName,
          })),
        targets: targets.flatMap((target) => {
          const standing = standings.get(target.id);
          return target.environmentId === environment.id && standing
            ? [{ ...standing, service: target.service.name }]
            : [];
        }),
      })),
    };
  },
});

/** Archives that are there today, by the day they were made: what was removed since is not known any more. */
async function loadUsage(db: Db, projectId: string, now: Date): Promise<UsagePoint[]> {
  const first = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate() - (DAYS - 1)));
  const rows = await db.$queryRaw<{ day: Date; bytes: number; backups: number }[]>`
    SELECT day, coalesce(sum(b.file_size_bytes), 0)::float8 AS bytes, count(b.id)::int AS backups
    FROM generate_series(${first}::timestamptz, ${now}::timestamptz, interval '24 hours') AS day
    LEFT JOIN backup b ON b.project_id = ${projectId}::uuid AND b.state = 'succeeded'
      AND b.created_at < day + interval '24 hours'
    GROUP BY day ORDER BY day`;
  return rows.map((row) => ({ ...row, day: row.day.toISOString().slice(0, 10) }));
}

async function loadCounts(db: Db, projectId: string): Promise<BackupSummary["counts"]> {
  const [row] = await db.$queryRaw<BackupSummary["counts"][]>`
    SELECT count(*)::int AS backups, coalesce(sum(file_size_bytes), 0)::float8 AS bytes,
           (count(*) FILTER (WHERE tested_state = 'restores'))::int AS proven
    FROM backup WHERE project_id = ${projectId}::uuid AND state = 'succeeded'`;
  return row ?? { backups: 0, bytes: 0, proven: 0 };
}
