-- The trail is only ever added to: also for the owner of the tables, and also under session_replication_role = replica.
CREATE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% on % is refused: audit events are never changed or removed', TG_OP, TG_TABLE_NAME
    USING ERRCODE = 'restrict_violation';
END
$$;

CREATE TRIGGER audit_event_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_event
  FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only();
ALTER TABLE audit_event ENABLE ALWAYS TRIGGER audit_event_append_only;

CREATE TRIGGER audit_checkpoint_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_checkpoint
  FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only();
ALTER TABLE audit_checkpoint ENABLE ALWAYS TRIGGER audit_checkpoint_append_only;

-- Every filter of the audit pages walks an index in the order of seq, however many events there are.
CREATE INDEX audit_event_project_id_outcome_seq_idx ON audit_event (project_id, outcome, seq);
CREATE INDEX audit_event_project_id_environment_id_seq_idx ON audit_event (project_id, environment_id, seq);
CREATE INDEX audit_event_project_id_resource_type_seq_idx ON audit_event (project_id, resource_type, seq);
CREATE INDEX audit_event_operation_seq_idx ON audit_event (operation, seq);
CREATE INDEX audit_event_outcome_seq_idx ON audit_event (outcome, seq);
CREATE INDEX audit_event_actor_id_seq_idx ON audit_event (actor_id, seq);
CREATE INDEX audit_event_resource_type_seq_idx ON audit_event (resource_type, seq);
CREATE INDEX audit_event_at_idx ON audit_event (at);

-- Work on a target that has begun and has no outcome yet; the process that does it keeps seen_at fresh.
CREATE TABLE audit_intent (
  run_id text NOT NULL PRIMARY KEY,
  seen_at timestamptz(3) NOT NULL DEFAULT now()
);
