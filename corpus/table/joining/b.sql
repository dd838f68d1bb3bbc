-- remade: constraint told on leaving | constraint told on own | constraint told on strict
CREATE TABLE p (a int CONSTRAINT a_there NOT NULL, b text, CONSTRAINT told CHECK (b <> ''));
CREATE TABLE keyed (a int PRIMARY KEY);
CREATE TABLE loose (a int, b text) INHERITS (p);
CREATE TABLE below (z int) INHERITS (loose);
CREATE TABLE own (a int CONSTRAINT mine NOT NULL, b text, CONSTRAINT told CHECK (b <> '')) INHERITS (p);
CREATE TABLE strict (a int, b text) INHERITS (p);
CREATE TABLE second (a int) INHERITS (keyed);
CREATE TABLE leaving (a int NOT NULL, b text, CONSTRAINT told CHECK (b <> ''));
