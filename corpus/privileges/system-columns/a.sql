CREATE TABLE t (a int, b text);
INSERT INTO t VALUES (1, 'x');
CREATE TABLE moved (a int);
CREATE MATERIALIZED VIEW m AS SELECT a FROM t;
GRANT SELECT (tableoid), SELECT (a) ON t TO corpus_reader;
GRANT SELECT ON t TO corpus_writer;
GRANT SELECT (ctid) ON t TO corpus_writer;
GRANT SELECT (xmin) ON moved TO corpus_reader WITH GRANT OPTION;
