-- server: 15
CREATE TABLE t (id int PRIMARY KEY, v text, w text);
CREATE TABLE u (id int PRIMARY KEY);
CREATE SCHEMA publication_filters_more;
CREATE TABLE publication_filters_more.x (id int PRIMARY KEY);
CREATE PUBLICATION publication_filters_kept FOR TABLE t (id, w) WHERE (id > 10 AND w <> 'it''s'), TABLE u;
CREATE PUBLICATION publication_filters_schemas FOR TABLES IN SCHEMA publication_filters_more;
