-- Who saved last: the editor names them to whoever comes too late.
ALTER TABLE migration ADD COLUMN updated_by uuid;

-- Versions in natural order ("9" before "10", "1.2" before "1.10"): every run of digits is padded to 20.
ALTER TABLE migration ADD COLUMN sort_key text NOT NULL GENERATED ALWAYS AS (
  regexp_replace(regexp_replace(version, '(\d+)', '00000000000000000000\1', 'g'), '\d+(\d{20})', '\1', 'g')
) STORED;
CREATE INDEX migration_service_id_sort_key_filename_idx ON migration (service_id, sort_key COLLATE "C", filename COLLATE "C");

-- The mirror of a ledger, a row per migration: lists look up fifty of them and not the whole document.
CREATE TABLE target_migration (
  target_id uuid NOT NULL REFERENCES target (id) ON DELETE CASCADE,
  filename text NOT NULL,
  state text NOT NULL,
  checksum text,
  applied_at timestamptz(3),
  applied_by text,
  execution_ms double precision,
  error text,
  PRIMARY KEY (target_id, filename)
);
CREATE INDEX target_migration_target_id_state_filename_idx ON target_migration (target_id, state, filename);

CREATE FUNCTION mirror_target_status() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM target_migration AS kept
    WHERE kept.target_id = NEW.id
      AND kept.filename NOT IN (
        SELECT m ->> 'filename' FROM jsonb_array_elements(coalesce(NEW.status -> 'migrations', '[]'::jsonb)) AS m
        WHERE m ->> 'filename' IS NOT NULL
      );
  INSERT INTO target_migration AS kept (target_id, filename, state, checksum, applied_at, applied_by, execution_ms, error)
    SELECT DISTINCT ON (m ->> 'filename')
      NEW.id, m ->> 'filename', m ->> 'state', m ->> 'appliedChecksum', (m ->> 'appliedAt')::timestamptz, m ->> 'appliedBy',
      (m ->> 'executionMs')::double precision, m ->> 'errorMessage'
    FROM jsonb_array_elements(coalesce(NEW.status -> 'migrations', '[]'::jsonb)) AS m
    WHERE m ->> 'filename' IS NOT NULL AND m ->> 'state' IS NOT NULL
  ON CONFLICT (target_id, filename) DO UPDATE
    SET state = EXCLUDED.state, checksum = EXCLUDED.checksum, applied_at = EXCLUDED.applied_at,
        applied_by = EXCLUDED.applied_by, execution_ms = EXCLUDED.execution_ms, error = EXCLUDED.error
    WHERE (kept.state, kept.checksum, kept.applied_at, kept.applied_by, kept.execution_ms, kept.error)
      IS DISTINCT FROM
      (EXCLUDED.state, EXCLUDED.checksum, EXCLUDED.applied_at, EXCLUDED.applied_by, EXCLUDED.execution_ms, EXCLUDED.error);
  RETURN NULL;
END
$$;

CREATE TRIGGER mirror_target_status AFTER INSERT OR UPDATE OF status ON target
  FOR EACH ROW EXECUTE FUNCTION mirror_target_status();
