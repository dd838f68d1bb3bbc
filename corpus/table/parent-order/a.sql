CREATE TABLE p (id int, x text, g int GENERATED ALWAYS AS (id * 2) STORED);
CREATE TABLE q (id int, y text NOT NULL, CHECK (id > 0));
CREATE TABLE r (z int);
CREATE TABLE c (w int) INHERITS (p, q, r);
CREATE TABLE below (v int) INHERITS (c);
INSERT INTO c (id, x, y, z, w) VALUES (1, 'x', 'y', 2, 3);
INSERT INTO below (id, x, y, z, w, v) VALUES (2, 'x', 'y', 3, 4, 5);
CREATE VIEW v AS SELECT id, x, z FROM c;
