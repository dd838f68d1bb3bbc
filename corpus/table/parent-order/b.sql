-- remade: constraint q_id_check on c | constraint q_id_check on below
CREATE TABLE p (id int, x text, g int GENERATED ALWAYS AS (id * 2) STORED);
CREATE TABLE q (id int, y text NOT NULL, CHECK (id > 0));
CREATE TABLE r (z int);
CREATE TABLE c (w int) INHERITS (r, p, q);
CREATE TABLE below (v int) INHERITS (c);
CREATE VIEW v AS SELECT id, x, z FROM c;
