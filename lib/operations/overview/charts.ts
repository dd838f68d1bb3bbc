import type { Db } from "../../db/client";
import type { DurationPoint, WeekPoint } from "./views";

const WEEKS = 12;
const WEEK_MS = 7 * 24 * 60 * 60 * 1000;

/** Monday 00:00 UTC of the week of `date`. */
export function mondayOf(date: Date): Date {
  const day = Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate());
  return new Date(day - ((date.getUTCDay() + 6) % 7) * (WEEK_MS / 7));
}

/** Runs and migrations of the last twelve weeks, from the index alone. */
export async function loadWeeks(db: Db, projectId: string, now: Date): Promise<WeekPoint[]> {
  const first = new Date(mondayOf(now).getTime() - (WEEKS - 1) * WEEK_MS);
  const rows = await db.$queryRaw<{ week: string; succeeded: number; failed: number; migrations: number }[]>`
    SELECT to_char(date_trunc('week', finished_at AT TIME ZONE 'UTC'), 'YYYY-MM-DD') AS week,
           count(*) FILTER (WHERE state = 'succeeded')::int AS succeeded,
           count(*) FILTER (WHERE state IN ('failed', 'in_doubt'))::int AS failed,
           sum(migrations_done)::int AS migrations
    FROM run WHERE project_id = ${projectId}::uuid AND finished_at >= ${first} GROUP BY 1`;
  const found = new Map(rows.map((row) => [row.week, row]));
  return Array.from({ length: WEEKS }, (_, index) => {
    const week = new Date(first.getTime() + index * WEEK_MS);
    const row = found.get(week.toISOString().slice(0, 10));
    return {
      week: week.toISOString(),
      succeeded: row?.succeeded ?? 0,
      failed: row?.failed ?? 0,
      migrations: row?.migrations ?? 0,
    };
  });
}

/** The last twenty finished runs, oldest first. */
export async function loadDurations(db: Db, projectId: string): Promise<DurationPoint[]> {
  const rows = await db.$queryRaw<(Omit<DurationPoint, "at"> & { at: Date })[]>`
    SELECT d.number, r.id AS "runId", e.name AS environment, s.name AS service, r.state, r.finished_at AS at,
           extract(epoch FROM r.finished_at - r.started_at)::float8 * 1000 AS "durationMs", r.migrations_done AS migrations
    FROM (SELECT * FROM run WHERE project_id = ${projectId}::uuid AND finished_at IS NOT NULL AND started_at IS NOT NULL
            AND state IN ('succeeded', 'failed', 'cancelled') ORDER BY finished_at DESC LIMIT 20) r
    JOIN deployment d ON d.id = r.deployment_id JOIN target t ON t.id = r.target_id
    JOIN environment e ON e.id = t.environment_id JOIN service s ON s.id = t.service_id
    ORDER BY r.finished_at`;
  return rows.map((row) => ({ ...row, at: row.at.toISOString() }));
}
