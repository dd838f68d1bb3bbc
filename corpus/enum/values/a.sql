CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
CREATE TYPE shrinks AS ENUM ('a', 'b', 'c');
CREATE TYPE gone AS ENUM ('x');
CREATE TABLE t (m mood DEFAULT 'ok', s shrinks, ms mood[] DEFAULT '{sad}');
INSERT INTO t VALUES ('sad', 'a', '{ok,happy}');
CREATE VIEW v AS SELECT m FROM t WHERE m = 'ok';
GRANT USAGE ON TYPE mood TO corpus_reader;
COMMENT ON TYPE mood IS 'before';
