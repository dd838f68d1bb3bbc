-- remade: relation i_unique
CREATE TABLE t (a int, b text, c jsonb, d int[], e tsvector, f point, g int4range, h text);
CREATE INDEX i_plain ON t (a);
CREATE INDEX i_changed ON t (b) WITH (fillfactor = 60, deduplicate_items = off);
CREATE UNIQUE INDEX i_unique ON t (a) INCLUDE (h) WHERE b IS NOT NULL AND a > 0;
CREATE INDEX i_gin ON t USING gin (c jsonb_path_ops) WITH (fastupdate = off);
CREATE INDEX i_gin2 ON t USING gin (d, e);
CREATE INDEX i_gist ON t USING gist (f, g);
CREATE INDEX i_spgist ON t USING spgist (f);
CREATE INDEX i_brin ON t USING brin (a int4_minmax_multi_ops (values_per_range = 16)) WITH (pages_per_range = 4);
CREATE INDEX i_hash ON t USING hash (b);
CREATE INDEX i_order ON t (a DESC NULLS LAST, b COLLATE "C" text_pattern_ops DESC);
CREATE INDEX i_expr ON t (lower(b), (a + 1));
ALTER INDEX i_expr ALTER COLUMN 1 SET STATISTICS 200;
COMMENT ON INDEX i_plain IS 'after';
CREATE INDEX "Odd index; -- name" ON t ((b || 'WITH (x)'));
