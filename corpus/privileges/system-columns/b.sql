CREATE TABLE t (a int, b text);
CREATE TABLE moved (a int);
ALTER TABLE moved OWNER TO corpus_owner;
CREATE MATERIALIZED VIEW m AS SELECT a FROM t;
GRANT SELECT (tableoid) ON t TO PUBLIC;
GRANT SELECT (ctid) ON t TO corpus_writer;
GRANT SELECT (xmin) ON moved TO corpus_reader;
GRANT SELECT (ctid) ON m TO corpus_reader;
