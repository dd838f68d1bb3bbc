-- remade: relation m | relation m_b | relation t_b | relation t_bc | relation v | relation w
CREATE TABLE t (c int, b bigint, a int, d text);
CREATE VIEW v AS SELECT a, b FROM t;
COMMENT ON VIEW v IS 'looks at b';
GRANT SELECT ON v TO corpus_reader;
CREATE VIEW w AS SELECT v.a + v.b AS sum FROM v;
CREATE INDEX t_b ON t (b);
CREATE INDEX t_bc ON t ((b + c)) WHERE b > 0;
CREATE FUNCTION twice(r t) RETURNS int LANGUAGE sql AS 'SELECT r.a * 2';
CREATE MATERIALIZED VIEW m AS SELECT b, count(*) AS n FROM t GROUP BY b;
CREATE UNIQUE INDEX m_b ON m (b);
