-- remade: relation on_top | relation plain | relation retyped
CREATE TABLE t (id int PRIMARY KEY, a text, b int);
CREATE VIEW plain AS SELECT id, a, b AS added FROM t WHERE id > 0;
CREATE VIEW checked AS SELECT id, b FROM t WHERE b > 0 WITH CASCADED CHECK OPTION;
CREATE VIEW barrier WITH (security_barrier = false, check_option = local) AS SELECT id FROM t WHERE id < 100;
CREATE VIEW retyped AS SELECT id, b::text AS b, 'x'::text AS c FROM t;
CREATE VIEW on_top AS SELECT b FROM retyped;
CREATE VIEW grouped AS SELECT id, a, count(*) AS n FROM t GROUP BY id;
CREATE RECURSIVE VIEW counting (n) AS VALUES (1) UNION ALL SELECT n + 1 FROM counting WHERE n < 5;
CREATE VIEW windows AS SELECT a, sum(b) OVER w AS total, row_number() OVER (PARTITION BY a ORDER BY id DESC NULLS LAST) FROM t WINDOW w AS (PARTITION BY a ORDER BY id ROWS BETWEEN 1 PRECEDING AND CURRENT ROW);
CREATE VIEW joined AS SELECT t.*, u.x FROM t LEFT JOIN LATERAL (SELECT t.b * 2 AS x) u ON true;
COMMENT ON VIEW plain IS 'after';
COMMENT ON COLUMN plain.added IS 'b of t';
GRANT SELECT (id), UPDATE ON plain TO corpus_writer;
ALTER VIEW plain OWNER TO corpus_owner;
