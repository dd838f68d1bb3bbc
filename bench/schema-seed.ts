import pg from "pg";
import type { ConnectionSpec } from "../lib/postgres/connection/connect";

/** Tables made in one transaction: each holds a handful of locks. */
const CHUNK = 100;

/**
 * Tables of 10 columns with 3 indexes, 1 or 2 foreign keys, a check and comments; a view and a function for every
 * tenth, an enum for every fiftieth.
 */
const TABLES = `
  FOR i IN $from..$to LOOP
    IF i % 50 = 1 THEN
      EXECUTE format('CREATE TYPE status_%s AS ENUM (''new'', ''open'', ''closed'')', i / 50);
    END IF;
    EXECUTE format($q$CREATE TABLE table_%1$s (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, parent_id bigint, other_id bigint, name text NOT NULL,
      status status_%2$s NOT NULL DEFAULT 'new', amount numeric(12,2) NOT NULL DEFAULT 0, email character varying(200),
      data jsonb, created_at timestamptz NOT NULL DEFAULT now(), active boolean DEFAULT true,
      CONSTRAINT table_%1$s_amount_check CHECK (amount >= 0))$q$, i, (i - 1) / 50);
    EXECUTE format('CREATE INDEX table_%1$s_name_idx ON table_%1$s (name)', i);
    EXECUTE format('CREATE INDEX table_%1$s_open_idx ON table_%1$s (created_at DESC) WHERE active', i);
    IF i > 1 THEN
      EXECUTE format('ALTER TABLE table_%1$s ADD CONSTRAINT table_%1$s_parent_fkey FOREIGN KEY (parent_id) REFERENCES table_%2$s ON DELETE CASCADE', i, i / 2);
    END IF;
    IF i % 2 = 0 THEN
      EXECUTE format('ALTER TABLE table_%1$s ADD CONSTRAINT table_%1$s_other_fkey FOREIGN KEY (other_id) REFERENCES table_%2$s', i, i - 1);
    END IF;
    EXECUTE format('COMMENT ON TABLE table_%1$s IS ''What table %1$s holds''', i);
    EXECUTE format('COMMENT ON COLUMN table_%1$s.amount IS ''in the currency of the account''', i);
    IF i % 10 = 0 THEN
      EXECUTE format('CREATE VIEW view_%1$s AS SELECT t.id, t.name, p.name AS parent FROM table_%1$s t LEFT JOIN table_%2$s p ON p.id = t.parent_id WHERE t.active', i, i / 2);
      EXECUTE format($q$CREATE FUNCTION function_%1$s(n integer) RETURNS integer LANGUAGE sql AS 'SELECT n + %1$s'$q$, i);
    END IF;
  END LOOP`;

/** Every hundredth table: a column more, a type wider, an index, a check, a comment, a function otherwise. */
const CHANGES = `
  FOR i IN $from..$to LOOP
    CONTINUE WHEN i % 100 <> 50;
    EXECUTE format('ALTER TABLE table_%s ADD COLUMN note text', i);
    EXECUTE format('ALTER TABLE table_%s ALTER COLUMN email TYPE text', i);
    EXECUTE format('DROP INDEX table_%s_open_idx', i);
    EXECUTE format('CREATE INDEX table_%1$s_email_idx ON table_%1$s (lower(email))', i);
    EXECUTE format('ALTER TABLE table_%1$s DROP CONSTRAINT table_%1$s_amount_check, ADD CONSTRAINT table_%1$s_amount_check CHECK (amount > 0)', i);
    EXECUTE format('COMMENT ON TABLE table_%s IS ''Something else''', i);
    EXECUTE format($q$CREATE OR REPLACE FUNCTION function_%1$s(n integer) RETURNS integer LANGUAGE sql AS 'SELECT n - %1$s'$q$, i);
  END LOOP`;

export async function fillSchema(spec: ConnectionSpec, tables: number): Promise<void> {
  await inChunks(spec, tables, TABLES);
}

/** About one object in a hundred differs afterwards. */
export async function changeSchema(spec: ConnectionSpec, tables: number): Promise<void> {
  await inChunks(spec, tables, CHANGES);
}

async function inChunks(spec: ConnectionSpec, tables: number, body: string): Promise<void> {
  const client = new pg.Client({ ...spec, ssl: false });
  await client.connect();
  await client.query("SET synchronous_commit = off");
  for (let from = 1; from <= tables; from += CHUNK) {
    const to = Math.min(from + CHUNK - 1, tables);
    await client.query(`DO $do$ BEGIN ${body.replace("$from..$to", () => `${from}..${to}`)}; END $do$`);
  }
  await client.query(
    "ANALYZE pg_catalog.pg_class, pg_catalog.pg_attribute, pg_catalog.pg_depend, pg_catalog.pg_constraint, pg_catalog.pg_index, pg_catalog.pg_description",
  );
  await client.end();
}
