-- remade: statistics changed | statistics kept
CREATE TABLE t (a int, b bigint, c text);
CREATE STATISTICS kept ON a, b FROM t;
ALTER STATISTICS kept SET STATISTICS 400;
CREATE STATISTICS changed (ndistinct, dependencies, mcv) ON a, b, c FROM t;
CREATE STATISTICS expressions ON lower(c), (a + b), a FROM t;
CREATE STATISTICS one ON (a * 2) FROM t;
COMMENT ON STATISTICS kept IS 'a with b';
ALTER STATISTICS changed OWNER TO corpus_owner;
CREATE TABLE reordered (id int, "A, (b" int, second int, first int);
CREATE STATISTICS of_reordered ON first, second, "A, (b", (first + second) FROM reordered;
