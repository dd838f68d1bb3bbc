-- The metadata store of DBMigrator. prisma/schema.prisma describes these tables to the client.

CREATE TABLE "user" (
  id uuid NOT NULL DEFAULT gen_random_uuid() PRIMARY KEY,
  email text NOT NULL UNIQUE,
  name text NOT NULL,
  password_hash text,
  totp_secret bytea,
  totp_last_step bigint,
  instance_admin boolean NOT NULL DEFAULT false,
  session_version integer NOT NULL DEFAULT 1,
  locale text NOT NULL DEFAULT 'en',
  theme text NOT NULL DEFAULT 'system',
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  disabled_at timestamptz(3)
);

-- A sign-in at an OIDC provider.
CREATE TABLE user_identity (
  provider text NOT NULL,
  subject text NOT NULL,
  user_id uuid NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  PRIMARY KEY (provider, subject)
);

CREATE TABLE session (
  id uuid NOT NULL DEFAULT gen_random_uuid() PRIMARY KEY,
  user_id uuid NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  last_seen_at timestamptz(3) NOT NULL DEFAULT now(),
  expires_at timestamptz(3) NOT NULL,
  revoked_at timestamptz(3),
  ip text,
  user_agent text
);
CREATE INDEX session_user_id_created_at_idx ON session (user_id, created_at);

-- Counters of limited actions (sign-in by address and by account, TOTP), one row per key and window.
CREATE TABLE rate_limit (
  key text NOT NULL,
  window_start timestamptz(3) NOT NULL,
  count integer NOT NULL DEFAULT 0,
  PRIMARY KEY (key, window_start)
);

CREATE TABLE invitation (
  id uuid NOT NULL DEFAULT gen_random_uuid() PRIMARY KEY,
  email text NOT NULL,
  project_id uuid NOT NULL,
  role text NOT NULL,
  token_hash bytea NOT NULL UNIQUE,
  invited_by uuid NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  expires_at timestamptz(3) NOT NULL,
  accepted_at timestamptz(3),
  revoked_at timestamptz(3)
);
CREATE INDEX invitation_project_id_created_at_idx ON invitation (project_id, created_at);

CREATE TABLE project (
  id uuid NOT NULL DEFAULT gen_random_uuid() PRIMARY KEY,
  slug text NOT NULL UNIQUE,
  name text NOT NULL,
  next_deployment integer NOT NULL DEFAULT 1,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  archived_at timestamptz(3)
);

CREATE TABLE membership (
  user_id uuid NOT NULL,
  project_id uuid NOT NULL,
  role text NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  PRIMARY KEY (user_id, project_id)
);
CREATE INDEX membership_project_id_idx ON membership (project_id);

-- Narrows a member's project role in one environment; never widens it.
CREATE TABLE environment_grant (
  user_id uuid NOT NULL,
  environment_id uuid NOT NULL,
  role text NOT NULL,
  PRIMARY KEY (user_id, environment_id)
);

CREATE TABLE api_token (
  id uuid NOT NULL DEFAULT gen_random_uuid() PRIMARY KEY,
  name text NOT NULL,
  project_id uuid NOT NULL,
  role text NOT NULL,
  prefix text NOT NULL,
  token_hash bytea NOT NULL UNIQUE,
  created_by uuid NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  expires_at timestamptz(3) NOT NULL,
  last_used_at timestamptz(3),
  revoked_at timestamptz(3)
);
CREATE INDEX api_token_project_id_created_at_idx ON api_token (project_id, created_at);

CREATE TABLE environment (
  id uuid NOT NULL DEFAULT gen_random_uuid() PRIMARY KEY,
  project_id uuid NOT NULL,
  name text NOT NULL,
  position integer NOT NULL,
  protected boolean NOT NULL DEFAULT false,
  color text NOT NULL DEFAULT 'development',
  policy jsonb NOT NULL DEFAULT '{}',
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  UNIQUE (project_id, name)
);

CREATE TABLE service (
  id uuid NOT NULL DEFAULT gen_random_uuid() PRIMARY KEY,
  project_id uuid NOT NULL,
  name text NOT NULL,
  description text NOT NULL DEFAULT '',
  schemas text[] NOT NULL DEFAULT '{}',
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  UNIQUE (project_id, name)
);

CREATE TABLE target (
  id uuid NOT NULL DEFAULT gen_random_uuid() PRIMARY KEY,
  service_id uuid NOT NULL,
  environment_id uuid NOT NULL,
  host text NOT NULL,
  port integer NOT NULL DEFAULT 5432,
  database text NOT NULL,
  username text NOT NULL,
  password bytea,
  tls_mode text NOT NULL DEFAULT 'verify-full',
  ca_certificate text,
  settings jsonb NOT NULL DEFAULT '{}',
  probe jsonb,
  probed_at timestamptz(3),
  status jsonb,
  current_version text,
  applied_count integer NOT NULL DEFAULT 0,
  pending_count integer NOT NULL DEFAULT 0,
  failed_count integer NOT NULL DEFAULT 0,
  problem_count integer NOT NULL DEFAULT 0,
  synced_at timestamptz(3),
  sync_error jsonb,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  UNIQUE (service_id, environment_id)
);
CREATE INDEX target_environment_id_idx ON target (environment_id);

CREATE TABLE migration (
  id uuid NOT NULL DEFAULT gen_random_uuid() PRIMARY KEY,
  service_id uuid NOT NULL,
  filename text NOT NULL,
  version text NOT NULL,
  name text NOT NULL,
  kind text NOT NULL DEFAULT 'versioned',
  up text NOT NULL,
  down text,
  checksum text NOT NULL,
  draft boolean NOT NULL DEFAULT true,
  revision integer NOT NULL DEFAULT 1,
  author_id uuid,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  updated_at timestamptz(3) NOT NULL DEFAULT now(),
  UNIQUE (service_id, filename)
);
CREATE INDEX migration_service_id_version_filename_idx ON migration (service_id, version, filename);

-- Unsaved text of one person in the editor; its age tells the others who is in it.
CREATE TABLE migration_draft (
  migration_id uuid NOT NULL,
  user_id uuid NOT NULL,
  up text,
  down text,
  base_revision integer NOT NULL,
  saved_at timestamptz(3),
  seen_at timestamptz(3) NOT NULL DEFAULT now(),
  PRIMARY KEY (migration_id, user_id)
);

CREATE TABLE deployment (
  id uuid NOT NULL DEFAULT gen_random_uuid() PRIMARY KEY,
  project_id uuid NOT NULL,
  number integer NOT NULL,
  target_id uuid NOT NULL,
  direction text NOT NULL DEFAULT 'up',
  from_version text,
  to_version text,
  state text NOT NULL DEFAULT 'draft',
  reason text,
  promoted_from_id uuid,
  plan jsonb NOT NULL DEFAULT '[]',
  severity text,
  destroys text[] NOT NULL DEFAULT '{}',
  bound_hash text,
  approvals_needed integer NOT NULL DEFAULT 0,
  created_by uuid NOT NULL,
  created_by_label text NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  updated_at timestamptz(3) NOT NULL DEFAULT now(),
  finished_at timestamptz(3),
  UNIQUE (project_id, number)
);
CREATE INDEX deployment_project_id_created_at_id_idx ON deployment (project_id, created_at, id);
CREATE INDEX deployment_target_id_created_at_id_idx ON deployment (target_id, created_at, id);
CREATE INDEX deployment_state_created_at_idx ON deployment (state, created_at);

CREATE TABLE deployment_check (
  id uuid NOT NULL DEFAULT gen_random_uuid() PRIMARY KEY,
  deployment_id uuid NOT NULL,
  attempt integer NOT NULL,
  started_at timestamptz(3) NOT NULL DEFAULT now(),
  finished_at timestamptz(3),
  progress text,
  result jsonb,
  schema_before text,
  schema_after text,
  error jsonb,
  UNIQUE (deployment_id, attempt)
);

CREATE TABLE approval (
  id uuid NOT NULL DEFAULT gen_random_uuid() PRIMARY KEY,
  deployment_id uuid NOT NULL,
  user_id uuid NOT NULL,
  user_label text NOT NULL,
  decision text NOT NULL,
  bound_hash text NOT NULL,
  comment text,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  UNIQUE (deployment_id, user_id, bound_hash)
);

CREATE TABLE deployment_comment (
  id uuid NOT NULL DEFAULT gen_random_uuid() PRIMARY KEY,
  deployment_id uuid NOT NULL,
  user_id uuid NOT NULL,
  user_label text NOT NULL,
  body text NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT now()
);
CREATE INDEX deployment_comment_deployment_id_created_at_idx ON deployment_comment (deployment_id, created_at);

CREATE TABLE run (
  id uuid NOT NULL DEFAULT gen_random_uuid() PRIMARY KEY,
  deployment_id uuid NOT NULL,
  target_id uuid NOT NULL,
  project_id uuid NOT NULL,
  attempt integer NOT NULL DEFAULT 1,
  fence integer NOT NULL DEFAULT 1,
  state text NOT NULL DEFAULT 'queued',
  cancel_asked_at timestamptz(3),
  worker_id text,
  heartbeat_at timestamptz(3),
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  started_at timestamptz(3),
  finished_at timestamptz(3),
  started_by uuid NOT NULL,
  started_by_label text NOT NULL,
  waiting jsonb,
  error jsonb,
  outcome jsonb,
  UNIQUE (deployment_id, attempt)
);
CREATE INDEX run_project_id_created_at_id_idx ON run (project_id, created_at, id);
CREATE INDEX run_target_id_created_at_idx ON run (target_id, created_at);

CREATE TABLE run_step (
  run_id uuid NOT NULL,
  position integer NOT NULL,
  migration text NOT NULL,
  statement integer NOT NULL,
  line integer NOT NULL,
  sql text NOT NULL,
  state text NOT NULL DEFAULT 'waiting',
  started_at timestamptz(3),
  duration_ms double precision,
  rows bigint,
  note text,
  PRIMARY KEY (run_id, position)
);

CREATE TABLE run_log (
  id bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
  run_id uuid NOT NULL,
  at timestamptz(3) NOT NULL DEFAULT now(),
  level text NOT NULL,
  code text NOT NULL,
  data jsonb NOT NULL DEFAULT '{}'
);
CREATE INDEX run_log_run_id_id_idx ON run_log (run_id, id);

CREATE TABLE audit_event (
  seq bigint NOT NULL PRIMARY KEY,
  at timestamptz(3) NOT NULL,
  actor_kind text NOT NULL,
  actor_id text,
  actor_label text NOT NULL,
  operation text NOT NULL,
  outcome text NOT NULL,
  project_id uuid,
  environment_id uuid,
  resource_type text NOT NULL,
  resource_id text,
  resource_label text NOT NULL,
  run_id text,
  ip text,
  user_agent text,
  details jsonb NOT NULL DEFAULT '{}',
  previous_hash bytea NOT NULL,
  hash bytea NOT NULL
);
CREATE INDEX audit_event_project_id_seq_idx ON audit_event (project_id, seq);
CREATE INDEX audit_event_project_id_operation_seq_idx ON audit_event (project_id, operation, seq);
CREATE INDEX audit_event_project_id_actor_id_seq_idx ON audit_event (project_id, actor_id, seq);
CREATE INDEX audit_event_run_id_idx ON audit_event (run_id);

-- The head of the chain, signed with the instance's key; also written to a file beside the data folder.
CREATE TABLE audit_checkpoint (
  seq bigint NOT NULL PRIMARY KEY,
  hash bytea NOT NULL,
  signed_at timestamptz(3) NOT NULL,
  signature bytea NOT NULL
);

CREATE TABLE sql_execution (
  id uuid NOT NULL DEFAULT gen_random_uuid() PRIMARY KEY,
  user_id uuid NOT NULL,
  target_id uuid NOT NULL,
  project_id uuid NOT NULL,
  sql text NOT NULL,
  mode text NOT NULL,
  rows integer,
  duration_ms double precision,
  error jsonb,
  created_at timestamptz(3) NOT NULL DEFAULT now()
);
CREATE INDEX sql_execution_user_id_target_id_created_at_idx ON sql_execution (user_id, target_id, created_at);

-- Facts of the instance: first-run state, demo seed, …
CREATE TABLE setting (
  key text NOT NULL PRIMARY KEY,
  value jsonb NOT NULL
);

ALTER TABLE user_identity ADD FOREIGN KEY (user_id) REFERENCES "user" (id) ON DELETE CASCADE;
ALTER TABLE session ADD FOREIGN KEY (user_id) REFERENCES "user" (id) ON DELETE CASCADE;
ALTER TABLE invitation ADD FOREIGN KEY (project_id) REFERENCES project (id) ON DELETE CASCADE;
ALTER TABLE membership ADD FOREIGN KEY (user_id) REFERENCES "user" (id) ON DELETE CASCADE;
ALTER TABLE membership ADD FOREIGN KEY (project_id) REFERENCES project (id) ON DELETE CASCADE;
ALTER TABLE environment_grant ADD FOREIGN KEY (user_id) REFERENCES "user" (id) ON DELETE CASCADE;
ALTER TABLE environment_grant ADD FOREIGN KEY (environment_id) REFERENCES environment (id) ON DELETE CASCADE;
ALTER TABLE api_token ADD FOREIGN KEY (project_id) REFERENCES project (id) ON DELETE CASCADE;
ALTER TABLE environment ADD FOREIGN KEY (project_id) REFERENCES project (id) ON DELETE CASCADE;
ALTER TABLE service ADD FOREIGN KEY (project_id) REFERENCES project (id) ON DELETE CASCADE;
ALTER TABLE target ADD FOREIGN KEY (service_id) REFERENCES service (id) ON DELETE CASCADE;
ALTER TABLE target ADD FOREIGN KEY (environment_id) REFERENCES environment (id) ON DELETE CASCADE;
ALTER TABLE migration ADD FOREIGN KEY (service_id) REFERENCES service (id) ON DELETE CASCADE;
ALTER TABLE migration_draft ADD FOREIGN KEY (migration_id) REFERENCES migration (id) ON DELETE CASCADE;
ALTER TABLE deployment ADD FOREIGN KEY (project_id) REFERENCES project (id) ON DELETE CASCADE;
ALTER TABLE deployment ADD FOREIGN KEY (target_id) REFERENCES target (id) ON DELETE CASCADE;
ALTER TABLE deployment_check ADD FOREIGN KEY (deployment_id) REFERENCES deployment (id) ON DELETE CASCADE;
ALTER TABLE approval ADD FOREIGN KEY (deployment_id) REFERENCES deployment (id) ON DELETE CASCADE;
ALTER TABLE deployment_comment ADD FOREIGN KEY (deployment_id) REFERENCES deployment (id) ON DELETE CASCADE;
ALTER TABLE run ADD FOREIGN KEY (deployment_id) REFERENCES deployment (id) ON DELETE CASCADE;
ALTER TABLE run ADD FOREIGN KEY (target_id) REFERENCES target (id) ON DELETE CASCADE;
ALTER TABLE run_step ADD FOREIGN KEY (run_id) REFERENCES run (id) ON DELETE CASCADE;
ALTER TABLE run_log ADD FOREIGN KEY (run_id) REFERENCES run (id) ON DELETE CASCADE;
