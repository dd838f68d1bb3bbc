-- remade: constraint t_pkey on t | relation t_pkey
CREATE TABLE t (id bigint PRIMARY KEY, v text);
CREATE TABLE u (id int PRIMARY KEY);
CREATE TABLE p (id int PRIMARY KEY) PARTITION BY RANGE (id);
CREATE PUBLICATION publication_tables_kept FOR TABLE t, u WITH (publish = 'insert, delete', publish_via_partition_root = true);
CREATE PUBLICATION publication_tables_fresh FOR TABLE p;
CREATE PUBLICATION publication_tables_empty;
COMMENT ON PUBLICATION publication_tables_kept IS 'two tables';
ALTER PUBLICATION publication_tables_empty OWNER TO corpus_owner;
