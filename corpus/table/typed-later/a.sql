CREATE TABLE people (id int);
INSERT INTO people VALUES (1);
