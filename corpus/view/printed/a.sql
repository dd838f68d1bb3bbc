CREATE TABLE t (a int, b int, c text);
INSERT INTO t VALUES (1, 2, 'x');
CREATE VIEW v AS SELECT a, c FROM t WHERE b > 0;
