-- server: 18
CREATE TABLE keyed (a int CONSTRAINT a_there NOT NULL, b int, PRIMARY KEY (a));
CREATE TABLE numbered (a int GENERATED ALWAYS AS IDENTITY CONSTRAINT a_there NOT NULL, b int);
CREATE TABLE plain (a int CONSTRAINT a_there NOT NULL NO INHERIT, b int);
COMMENT ON CONSTRAINT a_there ON plain IS 'stays';
CREATE TABLE keyed_then (a int);
CREATE TABLE above (a int PRIMARY KEY, b int);
CREATE TABLE below () INHERITS (above);
INSERT INTO keyed VALUES (1, 1);
INSERT INTO numbered (b) VALUES (1);
INSERT INTO plain VALUES (1, 1);
INSERT INTO below VALUES (1, 1);
