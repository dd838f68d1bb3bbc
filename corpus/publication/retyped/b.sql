-- server: 15
-- remade: relation rebuilt | column rebuilt.id | column rebuilt.v | type state
CREATE TYPE state AS ENUM ('closed', 'lost', 'open');
CREATE TABLE t (id int PRIMARY KEY, v varchar(20), w bigint, s state);
INSERT INTO t VALUES (2, '10', 20, 'open');
CREATE TABLE u (id int PRIMARY KEY, v varchar(30));
CREATE TABLE same (id int PRIMARY KEY);
CREATE TABLE part (id int PRIMARY KEY, v varchar(5), w int) PARTITION BY RANGE (id);
CREATE TABLE part_1 PARTITION OF part FOR VALUES FROM (0) TO (10);
INSERT INTO part VALUES (1, '1', 2);
CREATE TABLE rebuilt (id int, v text) PARTITION BY LIST (id);
CREATE TABLE rebuilt_1 PARTITION OF rebuilt FOR VALUES IN (1);
CREATE PUBLICATION publication_retyped_listed FOR TABLE t (id, v, s), u, same WITH (publish = 'insert');
CREATE PUBLICATION publication_retyped_filtered FOR TABLE t WHERE (w > 10), same (id), part_1 (id, v);
CREATE PUBLICATION publication_retyped_drops FOR TABLE t (id), u (id, v);
CREATE PUBLICATION publication_retyped_empties;
CREATE PUBLICATION publication_retyped_whole FOR TABLE rebuilt, t;
ALTER PUBLICATION publication_retyped_listed OWNER TO corpus_reader;
COMMENT ON PUBLICATION publication_retyped_listed IS 'some columns';
