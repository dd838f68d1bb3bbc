import { randomUUID } from "node:crypto";
import { encode } from "next-auth/jwt";
import pg from "pg";
import { instanceKeys } from "../lib/db/secrets";

export interface SeedSize {
  migrations: number;
  runs: number;
  auditEvents: number;
}

export interface SeededStore {
  project: string;
  /** Cookie of a signed-in administrator. */
  cookie: string;
}

/**
 * Fills a migrated metadata store with one project of a given size, straight into its tables: what pages cost depends
 * on the rows and not on how they came there. Audit rows carry no valid chain.
 */
export async function seedStore(url: string, size: SeedSize): Promise<SeededStore> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const [user, session, project, environment, service, target] = Array.from({ length: 6 }, () =>
    randomUUID(),
  );
  try {
    await client.query("BEGIN");
    await client.query(
      `INSERT INTO "user" (id, email, name, instance_admin) VALUES ($1, 'bench@example.org', 'Bench', true)`,
      [user],
    );
    await client.query(
      "INSERT INTO session (id, user_id, expires_at) VALUES ($1, $2, now() + interval '1 day')",
      [session, user],
    );
    await client.query(
      "INSERT INTO project (id, slug, name, next_deployment) VALUES ($1, 'bench', 'Bench', $2)",
      [project, size.runs + 1],
    );
    await client.query("INSERT INTO membership (user_id, project_id, role) VALUES ($1, $2, 'admin')", [
      user,
      project,
    ]);
    await client.query(
      "INSERT INTO environment (id, project_id, name, position) VALUES ($1, $2, 'development', 1)",
      [environment, project],
    );
    await client.query("INSERT INTO service (id, project_id, name) VALUES ($1, $2, 'orders')", [
      service,
      project,
    ]);
    await client.query(
      `INSERT INTO target (id, service_id, environment_id, host, database, username, tls_mode, synced_at, applied_count)
       VALUES ($1, $2, $3, '127.0.0.1', 'nowhere', 'nobody', 'disable', now(), $4)`,
      [target, service, environment, size.migrations],
    );
    await client.query(
      `INSERT INTO migration (service_id, filename, version, name, up, down, checksum, draft, author_id, created_at)
       SELECT $1, v || '_change_' || n, v, 'change_' || n, 'ALTER TABLE t ADD COLUMN c' || n || ' int;', 'SELECT 1;',
         encode(sha256(n::text::bytea), 'hex'), false, $2, now() - make_interval(mins => $3 - n)
       FROM generate_series(1, $3::int) n, LATERAL (SELECT to_char(timestamp '2026-01-01' + make_interval(mins => n), 'YYYYMMDDHH24MISS') AS v) s`,
      [service, user, size.migrations],
    );
    await client.query(
      // What the trigger on target.status would have made of its ledger's mirror: all but the newest are applied.
      `INSERT INTO target_migration (target_id, filename, state, checksum, applied_at, applied_by, execution_ms)
       SELECT $1, filename, 'applied', checksum, created_at, 'Bench', 12 FROM migration
       WHERE service_id = $2 ORDER BY filename LIMIT greatest($3::int - 20, 3)`,
      [target, service, size.migrations],
    );
    await client.query(
      `WITH made AS (
         INSERT INTO deployment (project_id, number, target_id, state, created_by, created_by_label, severity, created_at, finished_at)
         SELECT $1, n, $2, CASE WHEN n % 20 = 0 THEN 'failed' ELSE 'succeeded' END, $3, 'Bench', 'safe',
           now() - make_interval(mins => $4 - n), now() - make_interval(mins => $4 - n)
         FROM generate_series(1, $4::int) n RETURNING id, state, created_at)
       INSERT INTO run (deployment_id, target_id, project_id, state, started_by, started_by_label, created_at, started_at, finished_at, migrations_done, outcome)
       SELECT id, $2, $1, state, $3, 'Bench', created_at, created_at, created_at + interval '3 s', 1,
         '{"progress": {"statements": {"done": 1, "of": 1}, "migrations": {"done": 1, "of": 1}}}'::jsonb FROM made`,
      [project, target, user, size.runs],
    );
    await client.query(
      `INSERT INTO audit_event (seq, at, actor_kind, actor_id, actor_label, operation, outcome, project_id, resource_type,
         resource_id, resource_label, previous_hash, hash)
       SELECT n, now() - make_interval(secs => $3 - n), 'user', $1, 'Bench',
         (ARRAY['migration.update', 'deployment.create', 'deployment.run', 'target.test'])[1 + n % 4], 'ok', $2, 'migration',
         n::text, 'change_' || n, sha256(n::text::bytea), sha256((n + 1)::text::bytea)
       FROM generate_series(1, $3::int) n`,
      [user, project, size.auditEvents],
    );
    await client.query("COMMIT");
    await client.query("VACUUM ANALYZE");
  } finally {
    await client.end();
  }
  const secret = Buffer.from(instanceKeys("session")[0]).toString("hex");
  const token = await encode({ token: { sub: user ?? "", sid: session, ver: 1 }, secret });
  return { project: "bench", cookie: `dbmigrator.session=${token}` };
}
