-- server: 15
CREATE TABLE t (id int PRIMARY KEY, v text, w text);
CREATE TABLE u (id int PRIMARY KEY);
INSERT INTO t VALUES (1, 'x', 'y');
CREATE PUBLICATION publication_filters_kept FOR TABLE t (id, v) WHERE (id > 0);
