-- remade: relation of_n
CREATE TYPE mood AS ENUM ('a', 'b');
CREATE TABLE p (id int NOT NULL, n int DEFAULT 3, t text);
CREATE TABLE q (id bigint, n text DEFAULT 'q', t mood);
CREATE TABLE c (w int) INHERITS (q);
CREATE TABLE below (v int) INHERITS (c);
CREATE INDEX of_n ON c (n);
