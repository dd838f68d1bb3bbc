CREATE EXTENSION hstore SCHEMA extension_members;
CREATE EXTENSION pg_trgm SCHEMA extension_members;
CREATE TABLE t (a int, h hstore, s text);
CREATE INDEX t_s ON t USING gin (s gin_trgm_ops);
CREATE INDEX t_h ON t USING gist (h);
GRANT EXECUTE ON FUNCTION hstore(text, text) TO corpus_reader;
REVOKE EXECUTE ON FUNCTION similarity(text, text) FROM PUBLIC;
REVOKE USAGE ON TYPE hstore FROM PUBLIC;
COMMENT ON EXTENSION hstore IS 'pairs';
