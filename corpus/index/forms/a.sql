CREATE TABLE t (a int, b text, c jsonb, d int[], e tsvector, f point, g int4range, h text);
INSERT INTO t VALUES (1, 'x', '{}', '{1}', 'a', '(1,2)', '[1,2)', 'h');
CREATE INDEX i_plain ON t (a);
CREATE INDEX i_changed ON t (b) WITH (fillfactor = 50);
CREATE INDEX i_gone ON t (a, b);
CREATE UNIQUE INDEX i_unique ON t (a) WHERE b IS NOT NULL;
COMMENT ON INDEX i_plain IS 'before';
CREATE INDEX i_expr ON t (lower(b), (a + 1));
