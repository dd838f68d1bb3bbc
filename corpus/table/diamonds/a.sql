CREATE TABLE top (a int PRIMARY KEY, tag text DEFAULT 't');
CREATE TABLE leftside (b int) INHERITS (top);
CREATE TABLE rightside (c int) INHERITS (top);
CREATE TABLE bottom (d int, CHECK (d > 0)) INHERITS (leftside, rightside);
INSERT INTO bottom VALUES (1, 't', 2, 3, 4);
CREATE FUNCTION tag_of(top) RETURNS text LANGUAGE sql AS 'SELECT $1.tag';
CREATE VIEW all_of_it AS SELECT tableoid::regclass AS what, * FROM top;
