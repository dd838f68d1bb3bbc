-- Backups: where archives lie, the archives, what was done with them, and when new ones are due.
CREATE TABLE backup_storage (
  id uuid NOT NULL DEFAULT gen_random_uuid() PRIMARY KEY,
  project_id uuid REFERENCES project (id) ON DELETE CASCADE,
  name text NOT NULL,
  kind text NOT NULL,
  settings jsonb NOT NULL DEFAULT '{}',
  secret bytea,
  encrypted boolean NOT NULL DEFAULT false,
  is_default boolean NOT NULL DEFAULT false,
  tried_at timestamptz(3),
  error jsonb,
  created_at timestamptz(3) NOT NULL DEFAULT now()
);
-- One name and one default for each project, and one for the instance (no project).
CREATE UNIQUE INDEX backup_storage_name_key ON backup_storage (coalesce(project_id, '00000000-0000-0000-0000-000000000000'), name);
CREATE UNIQUE INDEX backup_storage_default_key ON backup_storage (coalesce(project_id, '00000000-0000-0000-0000-000000000000')) WHERE is_default;

CREATE TABLE backup_schedule (
  id uuid NOT NULL DEFAULT gen_random_uuid() PRIMARY KEY,
  project_id uuid NOT NULL REFERENCES project (id) ON DELETE CASCADE,
  target_id uuid NOT NULL REFERENCES target (id) ON DELETE CASCADE,
  storage_id uuid REFERENCES backup_storage (id) ON DELETE SET NULL,
  kind text NOT NULL DEFAULT 'backup',
  cron text NOT NULL,
  time_zone text NOT NULL DEFAULT 'UTC',
  scope jsonb NOT NULL DEFAULT '{"kind": "database"}',
  test_after boolean NOT NULL DEFAULT false,
  enabled boolean NOT NULL DEFAULT true,
  next_at timestamptz(3),
  last_at timestamptz(3),
  last_error jsonb,
  created_by text NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT now()
);
CREATE INDEX backup_schedule_project_id_idx ON backup_schedule (project_id);
CREATE INDEX backup_schedule_next_at_idx ON backup_schedule (next_at) WHERE enabled;

CREATE TABLE backup (
  id uuid NOT NULL DEFAULT gen_random_uuid() PRIMARY KEY,
  project_id uuid NOT NULL REFERENCES project (id) ON DELETE CASCADE,
  target_id uuid REFERENCES target (id) ON DELETE SET NULL,
  environment_id uuid REFERENCES environment (id) ON DELETE SET NULL,
  storage_id uuid NOT NULL REFERENCES backup_storage (id) ON DELETE CASCADE,
  schedule_id uuid REFERENCES backup_schedule (id) ON DELETE SET NULL,
  deployment_id uuid REFERENCES deployment (id) ON DELETE SET NULL,
  run_id uuid REFERENCES run (id) ON DELETE SET NULL,
  snapshot_id text NOT NULL,
  service_name text NOT NULL DEFAULT '',
  environment_name text NOT NULL DEFAULT '',
  description text NOT NULL DEFAULT '',
  labels text[] NOT NULL DEFAULT '{}',
  file_path text NOT NULL,
  file_size_bytes bigint,
  schema_version text,
  tables_count integer,
  is_automatic boolean NOT NULL DEFAULT false,
  origin text NOT NULL,
  state text NOT NULL DEFAULT 'queued',
  pinned boolean NOT NULL DEFAULT false,
  scope jsonb NOT NULL DEFAULT '{"kind": "database"}',
  estimate jsonb,
  manifest jsonb,
  progress jsonb,
  error jsonb,
  verified_state text NOT NULL DEFAULT 'unverified',
  verified_at timestamptz(3),
  verified jsonb,
  tested_state text NOT NULL DEFAULT 'untested',
  tested_at timestamptz(3),
  tested jsonb,
  test_after boolean NOT NULL DEFAULT false,
  expires_at timestamptz(3),
  attempt integer NOT NULL DEFAULT 0,
  worker_id text,
  heartbeat_at timestamptz(3),
  cancel_asked_at timestamptz(3),
  created_by uuid,
  created_by_label text NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  started_at timestamptz(3),
  finished_at timestamptz(3)
);
CREATE UNIQUE INDEX backup_storage_id_snapshot_id_key ON backup (storage_id, snapshot_id);
CREATE INDEX backup_project_id_created_at_id_idx ON backup (project_id, created_at, id);
CREATE INDEX backup_target_id_created_at_idx ON backup (target_id, created_at);
CREATE INDEX backup_state_heartbeat_at_idx ON backup (state, heartbeat_at);

CREATE TABLE restore (
  id uuid NOT NULL DEFAULT gen_random_uuid() PRIMARY KEY,
  project_id uuid NOT NULL REFERENCES project (id) ON DELETE CASCADE,
  backup_id uuid NOT NULL REFERENCES backup (id) ON DELETE CASCADE,
  target_id uuid REFERENCES target (id) ON DELETE SET NULL,
  mode text NOT NULL,
  state text NOT NULL DEFAULT 'queued',
  tables text[] NOT NULL DEFAULT '{}',
  options jsonb NOT NULL DEFAULT '{}',
  database text,
  kept_database text,
  kept_until timestamptz(3),
  kept_dropped_at timestamptz(3),
  approvals_needed integer NOT NULL DEFAULT 0,
  approvals jsonb NOT NULL DEFAULT '[]',
  reason text,
  progress jsonb,
  result jsonb,
  error jsonb,
  attempt integer NOT NULL DEFAULT 0,
  worker_id text,
  heartbeat_at timestamptz(3),
  cancel_asked_at timestamptz(3),
  created_by uuid,
  created_by_label text NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  started_at timestamptz(3),
  finished_at timestamptz(3)
);
CREATE INDEX restore_backup_id_created_at_idx ON restore (backup_id, created_at);
CREATE INDEX restore_project_id_created_at_idx ON restore (project_id, created_at);
CREATE INDEX restore_state_heartbeat_at_idx ON restore (state, heartbeat_at);

-- What an environment demands of backups: BackupPolicy of lib/core/policy.
ALTER TABLE environment ADD COLUMN backup_policy jsonb NOT NULL DEFAULT '{}';
