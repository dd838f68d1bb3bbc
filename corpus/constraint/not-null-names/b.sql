CREATE TABLE passed_on (c int DEFAULT 3 CONSTRAINT taken NOT NULL, b int);
CREATE TABLE turned (a int CONSTRAINT taken NOT NULL, b int);
CREATE TABLE of_check (a int CONSTRAINT taken NOT NULL);
CREATE TABLE chain (a int CONSTRAINT y NOT NULL, b int, c int CONSTRAINT x NOT NULL);
CREATE TABLE p (a int, b int CONSTRAINT x NOT NULL);
CREATE TABLE below () INHERITS (p);
