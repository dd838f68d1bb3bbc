-- server: 18
CREATE TABLE t (id int PRIMARY KEY, twice int GENERATED ALWAYS AS (id * 2) STORED);
CREATE PUBLICATION publication_generated_columns FOR TABLE t WITH (publish_generated_columns = stored);
