CREATE TYPE person AS (id int, name text, born date);
CREATE TABLE people OF person (PRIMARY KEY (id), name NOT NULL DEFAULT 'nobody');
INSERT INTO people VALUES (1, 'ada', '1815-12-10');
CREATE TABLE loose (id int, name text, born date);
INSERT INTO loose VALUES (2, 'bob', NULL);
CREATE TABLE bound OF person;
INSERT INTO bound VALUES (3, 'cy', NULL);
