CREATE TABLE t (a int, b int, c text);
INSERT INTO t VALUES (1, 1, 'x');
CREATE STATISTICS kept ON a, b FROM t;
CREATE STATISTICS changed (ndistinct) ON a, b FROM t;
CREATE STATISTICS gone ON a, c FROM t;
CREATE TABLE reordered (id int, first int, second int, "A, (b" int);
CREATE STATISTICS of_reordered ON first, second, "A, (b", (first + second) FROM reordered;
