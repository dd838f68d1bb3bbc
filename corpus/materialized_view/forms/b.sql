-- remade: relation above | relation changed | relation changed_a
CREATE TABLE t (id int PRIMARY KEY, a text);
CREATE MATERIALIZED VIEW m WITH (fillfactor = 70) AS SELECT id, a FROM t;
CREATE UNIQUE INDEX m_id ON m (id);
ALTER MATERIALIZED VIEW m CLUSTER ON m_id;
ALTER MATERIALIZED VIEW m ALTER a SET STATISTICS 33;
CREATE MATERIALIZED VIEW changed AS SELECT upper(a) AS a FROM t;
CREATE INDEX changed_a ON changed (a);
COMMENT ON MATERIALIZED VIEW changed IS 'kept comment';
COMMENT ON COLUMN changed.a IS 'in capitals';
GRANT SELECT ON changed TO corpus_reader;
CREATE VIEW above AS SELECT a FROM changed;
CREATE MATERIALIZED VIEW fresh AS SELECT m.id FROM m WITH NO DATA;
