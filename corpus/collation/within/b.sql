-- remade: collation ci | collation sorted | column k.a | column k.b | column k1.a | column k1.b | constraint t_pkey on t | constraint u_a_fkey on u | relation cp | relation i | relation k | relation k1 | relation t_pkey | relation wv | type dm
CREATE COLLATION ci (provider = icu, locale = 'und-u-ks-level1', deterministic = false);
CREATE TABLE t (a text COLLATE ci PRIMARY KEY, b varchar(20));
CREATE INDEX i ON t (b COLLATE ci DESC);
CREATE TABLE u (a text COLLATE ci REFERENCES t);
CREATE TYPE cp AS (x text COLLATE ci, y int);
CREATE COLLATION sorted (provider = icu, locale = 'und-u-ks-level1');
CREATE DOMAIN dm AS text COLLATE sorted;
CREATE TABLE k (a text COLLATE sorted NOT NULL, b cp) PARTITION BY LIST (a);
CREATE TABLE k1 PARTITION OF k FOR VALUES IN ('x');
CREATE TABLE w (d dm, f dm[]);
CREATE VIEW wv AS SELECT d FROM w WHERE d < 'x';
INSERT INTO t VALUES ('a', 'b');
INSERT INTO u VALUES ('a');
INSERT INTO k VALUES ('x', ROW('p', 1)::cp);
INSERT INTO w VALUES ('q', '{b}');
