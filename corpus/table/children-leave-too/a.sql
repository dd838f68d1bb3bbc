CREATE TABLE a (id int, x text, CHECK (id > 0));
CREATE TABLE b (y int) INHERITS (a);
CREATE TABLE c (z int) INHERITS (b);
INSERT INTO a VALUES (1, '1');
INSERT INTO b VALUES (2, '2', 2);
INSERT INTO c VALUES (3, '3', 3, 3);
