-- remade: relation sums | relation on_sums | relation on_both | relation on_both_k | relation names | relation on_names | relation pairs | relation on_pairs
CREATE TABLE t (a int PRIMARY KEY, b text);
CREATE MATERIALIZED VIEW sums (k, n) AS SELECT b, sum(a) FROM t GROUP BY b;
CREATE VIEW on_sums AS SELECT k, n FROM sums;
COMMENT ON VIEW on_sums IS 'said';
GRANT SELECT ON on_sums TO corpus_reader;
CREATE MATERIALIZED VIEW on_both AS SELECT k FROM on_sums;
CREATE INDEX on_both_k ON on_both (k);
CREATE MATERIALIZED VIEW names AS SELECT a AS "select" FROM t;
CREATE VIEW on_names AS SELECT "select", 1 AS one FROM names;
CREATE TABLE pairs (column1 int, column2 text);
CREATE VIEW on_pairs AS SELECT column1, column2 FROM pairs;
CREATE VIEW rounds AS WITH RECURSIVE q AS (SELECT 1 AS n UNION SELECT n + 1 FROM q WHERE n < 6)
  CYCLE n SET seen TO 'it''s' DEFAULT 'N' USING path SELECT n FROM q;
