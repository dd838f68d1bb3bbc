-- Whether targets are what their ledgers say: the policy of each environment, reports, and what people left out.

ALTER TABLE environment ADD COLUMN drift_policy jsonb NOT NULL DEFAULT '{}';

CREATE TABLE drift_report (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  target_id uuid NOT NULL REFERENCES target ON DELETE CASCADE ON UPDATE CASCADE,
  trigger text NOT NULL,
  state text NOT NULL,
  at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  added integer NOT NULL DEFAULT 0,
  changed integer NOT NULL DEFAULT 0,
  removed integer NOT NULL DEFAULT 0,
  ignored integer NOT NULL DEFAULT 0,
  result jsonb,
  error jsonb
);
CREATE INDEX drift_report_target_id_at_idx ON drift_report (target_id, at);

CREATE TABLE target_drift (
  target_id uuid PRIMARY KEY REFERENCES target ON DELETE CASCADE ON UPDATE CASCADE,
  report_id uuid REFERENCES drift_report ON DELETE SET NULL ON UPDATE CASCADE,
  state text,
  checked_at timestamptz(3),
  since timestamptz(3),
  asked_at timestamptz(3)
);

CREATE TABLE drift_ignore (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  environment_id uuid NOT NULL REFERENCES environment ON DELETE CASCADE ON UPDATE CASCADE,
  service_id uuid REFERENCES service ON DELETE CASCADE ON UPDATE CASCADE,
  pattern text NOT NULL,
  reason text NOT NULL,
  created_by text NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP
);
CREATE INDEX drift_ignore_environment_id_idx ON drift_ignore (environment_id);
