CREATE TABLE t (id int PRIMARY KEY, v text);
CREATE TABLE u (id int PRIMARY KEY);
INSERT INTO t VALUES (1, 'x');
CREATE PUBLICATION publication_tables_kept FOR TABLE t;
CREATE PUBLICATION publication_tables_gone FOR ALL TABLES;
