-- What the schema pages show of a target: one object with its parts a row, so that a list of 5,000 tables is read
-- by part. A copy that can be read anew at any time; the target's catalog is the truth.
CREATE TABLE "schema_snapshot" (
  "target_id" uuid PRIMARY KEY REFERENCES "target" ("id") ON DELETE CASCADE,
  "format" integer NOT NULL,
  "server_version" integer NOT NULL,
  "read_as" text NOT NULL,
  "asked_at" timestamptz(3) NOT NULL,
  "read_at" timestamptz(3) NOT NULL,
  "duration_ms" double precision NOT NULL,
  "groups" jsonb NOT NULL,
  "unsupported" jsonb NOT NULL,
  "unreadable" jsonb NOT NULL,
  "statistics" jsonb NOT NULL
);

CREATE TABLE "schema_object" (
  "target_id" uuid NOT NULL REFERENCES "schema_snapshot" ("target_id") ON DELETE CASCADE,
  "ordinal" integer NOT NULL,
  "key" uuid NOT NULL,
  "id" text NOT NULL,
  "grouped" text NOT NULL,
  "kind" text NOT NULL,
  "schema" text,
  "name" text NOT NULL,
  "comment" text,
  "columns" integer NOT NULL,
  "rows" double precision,
  "bytes" bigint,
  "words" text NOT NULL,
  "detail" bytea NOT NULL,
  PRIMARY KEY ("target_id", "ordinal")
);
CREATE UNIQUE INDEX "schema_object_target_id_key_key" ON "schema_object" ("target_id", "key");

CREATE TABLE "schema_edge" (
  "target_id" uuid NOT NULL REFERENCES "schema_snapshot" ("target_id") ON DELETE CASCADE,
  "position" integer NOT NULL,
  "from_ordinal" integer NOT NULL,
  "to_ordinal" integer NOT NULL,
  "via" text NOT NULL,
  "from_part" text NOT NULL,
  "to_part" text NOT NULL,
  PRIMARY KEY ("target_id", "position")
);
CREATE INDEX "schema_edge_target_id_from_ordinal_idx" ON "schema_edge" ("target_id", "from_ordinal");
CREATE INDEX "schema_edge_target_id_to_ordinal_idx" ON "schema_edge" ("target_id", "to_ordinal");
