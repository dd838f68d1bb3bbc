import type pg from "pg";
import type { MigrationSource } from "../../core/migration/types";

export interface AppliedScripts {
  /** In the order in which they first took effect; repeatable ones where they last ran. */
  applied: (MigrationSource & { status: "applied" | "baseline" })[];
  /** Migrations of which it is not known what is in effect. */
  unfinished: string[];
}

// `repair` writes a later row for what was applied long ago: its place is that of the first row since it was last reverted.
const APPLIED = `
SELECT l.service, l.filename, l.version, l.name, l.kind, l.script_content AS up, l.rollback_script AS down, l.checksum, l.status
  FROM dbmigrator.migrations_log l
 WHERE l.is_current AND l.direction = 'up' AND l.status IN ('applied', 'baseline')
 ORDER BY CASE WHEN l.kind = 'repeatable' THEN l.id ELSE (
   SELECT min(f.id) FROM dbmigrator.migrations_log f
    WHERE f.service = l.service AND f.filename = l.filename AND f.direction = 'up' AND f.status IN ('applied', 'baseline')
      AND f.id > coalesce((SELECT max(r.id) FROM dbmigrator.migrations_log r
        WHERE r.service = l.service AND r.filename = l.filename AND r.status = 'reverted'), 0)) END`;

const UNFINISHED = `
SELECT l.filename FROM dbmigrator.migrations_log l
 WHERE l.is_current AND (l.status IN ('running', 'in_doubt') OR (l.status = 'failed' AND l.steps IS NOT NULL
   AND pg_catalog.jsonb_array_length(l.steps -> 'done') > 0))
 ORDER BY l.id`;

/**
 * What a target's ledger says is in effect there, of all services, with the scripts that were really run; null when
 * it has no ledger. Writes nothing.
 */
export async function readAppliedScripts(client: pg.Client): Promise<AppliedScripts | null> {
  const { rows: found } = await client.query<{ there: boolean }>(
    "SELECT to_regclass('dbmigrator.migrations_log') IS NOT NULL AS there",
  );
  if (!found[0]?.there) return null;
  const { rows } = await client.query<AppliedScripts["applied"][number]>(APPLIED);
  const open = await client.query<{ filename: string }>(UNFINISHED);
  return { applied: rows, unfinished: open.rows.map((row) => row.filename) };
}
