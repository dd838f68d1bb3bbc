-- remade: column b.id | column b.x | column c.id | column c.x
CREATE TABLE a (id int, x text);
CREATE TABLE b (id int, x text, y int);
CREATE TABLE c (z int) INHERITS (a, b);
