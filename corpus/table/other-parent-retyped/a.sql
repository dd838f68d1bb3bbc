CREATE TYPE mood AS ENUM ('a', 'b');
CREATE TABLE p (id int NOT NULL, n int DEFAULT 3, t text);
CREATE TABLE q (id bigint, n text DEFAULT 'q', t mood);
CREATE TABLE c (w int) INHERITS (p);
CREATE TABLE below (v int) INHERITS (c);
INSERT INTO c VALUES (1, 2, 'a', 3);
INSERT INTO below VALUES (2, 3, 'b', 4, 5);
CREATE INDEX of_n ON c (n);
