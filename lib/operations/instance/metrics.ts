import { z } from "zod";
import type { Db } from "../../db/client";
import { Prisma } from "../../db/generated/client";
import { defineOperation, instanceScope } from "../define";
import { scopeOfProject } from "../project/find";

/** Upper bounds of the duration histogram, in milliseconds. */
export const DURATION_BUCKETS = [10, 50, 100, 500, 1000, 5000, 10_000, 60_000, 300_000, 1_800_000] as const;

interface Place {
  project: string;
  service: string;
  environment: string;
}

export interface InstanceMetrics {
  targets: (Place & {
    pending: number;
    applied: number;
    failed: number;
    problems: number;
    reachable: boolean;
  })[];
  /** Finished runs; `buckets` counts those of at most DURATION_BUCKETS[i]. */
  durations: (Place & { count: number; sum: number; buckets: number[] })[];
  errors: (Place & { code: string; count: number })[];
  rows: (Place & { rows: number })[];
  /** Of the last run of each target. */
  lockWaits: (Place & { waitMs: number })[];
  deployments: { project: string; state: string; count: number }[];
  /** The newest successful backup of each target; `at` in seconds since 1970. */
  backups: (Place & { bytes: number; at: number })[];
}

/** Figures of every project, for a monitor on this machine or an administrator. */
export const instanceMetrics = defineOperation({
  name: "instance.metrics",
  permission: "instance_admin",
  input: z.object({}),
  audit: "none",
  scope: () => instanceScope("instance", "metrics"),
  run: ({ ctx }) => readMetrics(ctx.db, null),
});

/** Figures of one project, for a monitor with a token. */
export const projectMetrics = defineOperation({
  name: "project.metrics",
  permission: "project.read",
  input: z.object({ projectId: z.uuid() }),
  audit: "none",
  scope: ({ db, input }) => scopeOfProject(db, input.projectId),
  run: ({ ctx, input }) => readMetrics(ctx.db, input.projectId),
});

const place = Prisma.sql`p.slug AS project, s.name AS service, e.name AS environment`;
const joins = Prisma.sql`
  JOIN service s ON s.id = t.service_id JOIN environment e ON e.id = t.environment_id
  JOIN project p ON p.id = s.project_id AND p.archived_at IS NULL`;

async function readMetrics(db: Db, projectId: string | null): Promise<InstanceMetrics> {
  const where = projectId ? Prisma.sql`AND p.id = ${projectId}::uuid` : Prisma.empty;
  const buckets = Prisma.join(
    DURATION_BUCKETS.map((ms) => Prisma.sql`count(*) FILTER (WHERE ms <= ${ms})::int`),
    ", ",
  );
  const [targets, durations, errors, rows, lockWaits, deployments, backups] = await Promise.all([
    db.$queryRaw<InstanceMetrics["targets"]>`
      SELECT ${place}, t.pending_count AS pending, t.applied_count AS applied, t.failed_count AS failed,
             t.problem_count AS problems, t.sync_error IS NULL AS reachable
      FROM target t ${joins} WHERE true ${where}`,
    db.$queryRaw<InstanceMetrics["durations"]>`
      SELECT project, service, environment, count(*)::int AS count, sum(ms)::float8 AS sum, ARRAY[${buckets}] AS buckets
      FROM (SELECT ${place}, extract(epoch FROM r.finished_at - r.started_at) * 1000 AS ms
            FROM run r JOIN target t ON t.id = r.target_id ${joins}
            WHERE r.finished_at IS NOT NULL AND r.started_at IS NOT NULL ${where}) AS runs
      GROUP BY 1, 2, 3`,
    db.$queryRaw<InstanceMetrics["errors"]>`
      SELECT ${place}, coalesce(r.error ->> 'sqlState', r.error ->> 'code', 'unknown') AS code, count(*)::int AS count
      FROM run r JOIN target t ON t.id = r.target_id ${joins}
      WHERE r.state IN ('failed', 'in_doubt') ${where} GROUP BY 1, 2, 3, 4`,
    db.$queryRaw<InstanceMetrics["rows"]>`
      SELECT ${place}, sum(st.rows)::float8 AS rows
      FROM run_step st JOIN run r ON r.id = st.run_id JOIN target t ON t.id = r.target_id ${joins}
      WHERE st.rows > 0 ${where} GROUP BY 1, 2, 3`,
    db.$queryRaw<InstanceMetrics["lockWaits"]>`
      SELECT ${place}, coalesce((last.outcome ->> 'lockWaitMs')::float8, 0) AS "waitMs"
      FROM target t ${joins}
        JOIN LATERAL (SELECT r.outcome FROM run r WHERE r.target_id = t.id AND r.outcome IS NOT NULL
                      ORDER BY r.created_at DESC LIMIT 1) AS last ON true
      WHERE true ${where}`,
    db.$queryRaw<InstanceMetrics["deployments"]>`
      SELECT p.slug AS project, d.state, count(*)::int AS count
      FROM deployment d JOIN project p ON p.id = d.project_id AND p.archived_at IS NULL
      WHERE true ${where} GROUP BY 1, 2`,
    db.$queryRaw<InstanceMetrics["backups"]>`
      SELECT ${place}, last.file_size_bytes::float8 AS bytes, extract(epoch FROM last.created_at)::float8 AS at
      FROM target t ${joins}
        JOIN LATERAL (SELECT b.file_size_bytes, b.created_at FROM backup b
                      WHERE b.target_id = t.id AND b.state = 'succeeded' ORDER BY b.created_at DESC LIMIT 1) AS last ON true
      WHERE true ${where}`,
  ]);
  return { targets, durations, errors, rows, lockWaits, deployments, backups };
}
