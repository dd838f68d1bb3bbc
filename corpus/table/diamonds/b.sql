-- remade: relation all_of_it
CREATE TABLE top (a int PRIMARY KEY, tag varchar(30) DEFAULT 'u', made date DEFAULT CURRENT_DATE);
CREATE TABLE leftside (b int CHECK (b IS NOT NULL) NO INHERIT) INHERITS (top);
CREATE TABLE rightside (c int, UNIQUE (a, c)) INHERITS (top);
CREATE TABLE bottom (d int, CHECK (d > 0)) INHERITS (leftside, rightside);
CREATE TABLE cellar (PRIMARY KEY (a)) INHERITS (bottom) WITH (fillfactor = 30);
CREATE FUNCTION tag_of(top) RETURNS text LANGUAGE sql AS 'SELECT $1.tag';
CREATE VIEW all_of_it AS SELECT tableoid::regclass AS what, * FROM top;
ALTER TABLE bottom ALTER made SET DEFAULT '2000-01-01';
ALTER TABLE ONLY leftside ALTER tag DROP DEFAULT;
