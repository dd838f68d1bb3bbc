-- server: 18
CREATE TABLE p (a int CONSTRAINT a_there NOT NULL, b text, CONSTRAINT told CHECK (b <> ''));
CREATE TABLE keyed (a int PRIMARY KEY);
CREATE TABLE loose (a int, b text);
CREATE TABLE below (z int) INHERITS (loose);
CREATE TABLE own (a int CONSTRAINT mine NOT NULL, b text, CONSTRAINT told CHECK (b <> ''));
CREATE TABLE strict (a int CONSTRAINT only_here NOT NULL NO INHERIT, b text, CONSTRAINT told CHECK (b <> 'x'));
CREATE TABLE second (a int CONSTRAINT mine_too NOT NULL);
CREATE TABLE leaving (a int, b text) INHERITS (p);
INSERT INTO loose VALUES (1, 'l');
INSERT INTO below VALUES (2, 'l', 1);
INSERT INTO own VALUES (1, 'o');
INSERT INTO strict VALUES (1, 's');
INSERT INTO second VALUES (1);
INSERT INTO leaving VALUES (1, 'l');
