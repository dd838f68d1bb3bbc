-- server: 18
CREATE TABLE passed_on (a int CONSTRAINT taken NOT NULL, b int);
INSERT INTO passed_on VALUES (1, 2);
CREATE TABLE turned (a int, b int CONSTRAINT taken NOT NULL);
INSERT INTO turned VALUES (1, 2);
CREATE TABLE of_check (a int CONSTRAINT mine NOT NULL, CONSTRAINT taken CHECK (a > 0));
INSERT INTO of_check VALUES (1);
CREATE TABLE chain (a int CONSTRAINT x NOT NULL, b int CONSTRAINT y NOT NULL, c int);
INSERT INTO chain VALUES (1, 2, 3);
CREATE TABLE p (a int CONSTRAINT x NOT NULL, b int);
CREATE TABLE below () INHERITS (p);
INSERT INTO below VALUES (1, 2);
