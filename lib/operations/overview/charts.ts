import type { Db } from "../../db/client";
import type { DurationPoint, WeekPoint } from "./views";

const WEEKS = 12;
const WEEK_MS = 7 * 24 * 60 * 60 * 1000;

/** Monday 00:00 UTC of the week of `date`. */
export function mondayOf(date: Date): Date {
  const day = Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate());
  return new Date(day - ((date.getUTCDay() + 6) % 7) * (WEEK_MS / 7));
}

/** Runs and migrations of the last twelve weeks: one range of the index a week, whatever lies before. */
export async function loadWeeks(db: Db, projectId: string, now: Date): Promise<WeekPoint[]> {
  const first = new Date(mondayOf(now).getTime() - (WEEKS - 1) * WEEK_MS);
  const rows = await db.$queryRaw<(Omit<WeekPoint, "week"> & { n: number })[]>`
    SELECT n, counted.* FROM generate_series(0, ${WEEKS - 1}) AS n
    CROSS JOIN LATERAL (SELECT ${first}::timestamptz + n * interval '168 hours' AS start) AS week
    CROSS JOIN LATERAL (
      SELECT count(*) FILTER (WHERE state = 'succeeded')::int AS succeeded,
             count(*) FILTER (WHERE state = 'failed')::int AS failed,
             coalesce(sum(migrations_done), 0)::int AS migrations
      FROM run WHERE project_id = ${projectId}::uuid
        AND finished_at >= week.start AND finished_at < week.start + interval '168 hours'
    ) AS counted ORDER BY n`;
  return rows.map(({ n, ...counts }) => ({
    week: new Date(first.getTime() + n * WEEK_MS).toISOString(),
    ...counts,
  }));
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
