-- Answers of the API to requests that carried an Idempotency-Key: the same request again gets the same answer.
CREATE TABLE idempotency_key (
  actor text NOT NULL,
  key text NOT NULL,
  endpoint text NOT NULL,
  request_hash bytea NOT NULL,
  status integer,
  body jsonb,
  headers jsonb,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  PRIMARY KEY (actor, key)
);
CREATE INDEX idempotency_key_created_at_idx ON idempotency_key (created_at);
