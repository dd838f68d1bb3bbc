import type { Db } from "../../db/client";
import type { RunningArchive } from "../deployment/views";
import { environmentOf } from "../run/rows";

interface Record {
  backupId: string;
  kind: RunningArchive["kind"];
  id: string;
  state: "queued" | "running";
  serviceName: string;
  environmentId: string | null;
  environmentName: string;
  environmentColor: string | null;
  environmentProtected: boolean | null;
  done: number | null;
  startedAt: Date;
}

/**
 * Backups that are being made and what is being done with archives in a project. Those that belong to a deployment or
 * to a restore are left out: these show them as a step of their own.
 */
export async function runningArchives(db: Db, projectId: string): Promise<RunningArchive[]> {
  const records = await db.$queryRaw<Record[]>`
    SELECT work.*, part.done, e.color AS "environmentColor", e.protected AS "environmentProtected"
    FROM (
      SELECT b.id AS "backupId", 'backup' AS kind, b.id, b.state, b.service_name AS "serviceName",
             b.environment_id AS "environmentId", b.environment_name AS "environmentName", b.progress,
             coalesce(b.started_at, b.created_at) AS "startedAt"
      FROM backup b WHERE b.state IN ('queued', 'running') AND b.origin NOT IN ('deployment', 'restore')
        AND b.project_id = ${projectId}::uuid
      UNION ALL
      SELECT r.backup_id, CASE WHEN r.mode IN ('verify', 'test') THEN r.mode ELSE 'restore' END, r.id, r.state,
             coalesce(s.name, b.service_name), coalesce(t.environment_id, b.environment_id),
             coalesce(te.name, b.environment_name), r.progress, coalesce(r.started_at, r.created_at)
      FROM restore r JOIN backup b ON b.id = r.backup_id LEFT JOIN target t ON t.id = r.target_id
      LEFT JOIN service s ON s.id = t.service_id LEFT JOIN environment te ON te.id = t.environment_id
      WHERE r.state IN ('queued', 'running') AND r.project_id = ${projectId}::uuid
    ) AS work
    CROSS JOIN LATERAL (SELECT CASE WHEN (work.progress ->> 'bytesTotal')::float8 > 0
      THEN least(1, (work.progress ->> 'bytes')::float8 / (work.progress ->> 'bytesTotal')::float8) END AS done) AS part
    LEFT JOIN environment e ON e.id = work."environmentId"
    ORDER BY work."startedAt" LIMIT 50`;
  return records.map((one) => ({
    kind: one.kind,
    id: one.id,
    backupId: one.backupId,
    service: one.serviceName,
    environment:
      one.environmentId === null || one.environmentColor === null
        ? null
        : environmentOf({
            environmentId: one.environmentId,
            environmentName: one.environmentName,
            environmentColor: one.environmentColor,
            environmentProtected: one.environmentProtected ?? false,
          }),
    state: one.state,
    done: one.done,
    startedAt: one.startedAt.toISOString(),
  }));
}
