-- remade: type span | type words | routine span(text,text) | routine span(text,text,text) | routine span_multirange() | routine span_multirange(span) | routine span_multirange(span[])
CREATE TYPE span AS RANGE (subtype = text, collation = "C");
CREATE DOMAIN words AS varchar;
CREATE TABLE t (a varchar(20), b varchar, c varchar, s span, w words, n bigint, k int);
ALTER TABLE t ALTER a SET STORAGE EXTERNAL, ALTER b SET COMPRESSION pglz, ALTER b SET STORAGE MAIN;
ALTER TABLE t ALTER s SET STORAGE EXTERNAL, ALTER w SET STORAGE MAIN, ALTER a SET STATISTICS 50, ALTER a SET (n_distinct = 5);
CREATE TABLE below () INHERITS (t);
ALTER TABLE below ALTER a SET STORAGE MAIN, ALTER b SET COMPRESSION pglz, ALTER s SET STORAGE EXTERNAL;
CREATE TABLE small (n int, words text) WITH (toast.autovacuum_enabled = off, toast.vacuum_truncate = off);
CREATE MATERIALIZED VIEW m WITH (toast.autovacuum_enabled = off, fillfactor = 70) AS SELECT k::text AS x FROM t;
