CREATE TABLE left_behind (id int, v text);
CREATE INDEX on_v ON left_behind (v);
CREATE UNIQUE INDEX on_id ON left_behind (id);
CREATE TABLE stays (v text);
