CREATE TABLE p (id int, x text DEFAULT 'p', CONSTRAINT positive CHECK (id > 0));
CREATE TABLE q (y int);
CREATE TABLE c (x text, z int, CONSTRAINT positive CHECK (id > 0)) INHERITS (p, q);
CREATE TABLE below (v int) INHERITS (c);
INSERT INTO c VALUES (1, 'x', 2, 3);
INSERT INTO below VALUES (2, 'x', 3, 4, 5);
CREATE INDEX of_x ON c (x);
