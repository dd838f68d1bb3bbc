CREATE TABLE p (a int NOT NULL, b int);
CREATE TABLE kept (z int) INHERITS (p);
INSERT INTO kept VALUES (1, 2, 3);
