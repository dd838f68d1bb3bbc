-- remade: constraint t_pkey on t | relation t_pkey
CREATE TABLE t (id bigint PRIMARY KEY, name text NOT NULL, amount numeric(10,2) DEFAULT 2.5 NOT NULL, c text, extra jsonb DEFAULT '{}' NOT NULL);
ALTER TABLE t ALTER amount DROP NOT NULL;
CREATE TABLE added (a int CHECK (a > 0), b text DEFAULT 'it''s'::text);
CREATE TABLE log (at timestamptz, line text) WITH (fillfactor = 80);
CREATE TABLE toasted (body text) WITH (toast.autovacuum_vacuum_threshold = 200, toast.autovacuum_enabled = true, parallel_workers = 2);
COMMENT ON TABLE t IS 'after';
COMMENT ON COLUMN t.amount IS 'how much';
CREATE TABLE plain ();
