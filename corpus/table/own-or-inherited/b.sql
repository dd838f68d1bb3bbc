-- remade: column c.x | column below.x | relation of_x | column c.y | column below.y | constraint positive on c | constraint positive on below
CREATE TABLE p (id int, x text DEFAULT 'p', CONSTRAINT positive CHECK (id > 0));
CREATE TABLE q (y int);
CREATE TABLE c (y int, z int) INHERITS (p, q);
CREATE TABLE below (v int) INHERITS (c);
CREATE INDEX of_x ON c (x);
