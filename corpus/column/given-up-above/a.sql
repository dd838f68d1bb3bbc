CREATE TABLE whole (a int, b int);
CREATE TABLE keeps () INHERITS (whole);
CREATE TABLE gives () INHERITS (whole);
CREATE TABLE gives_too () INHERITS (gives);
CREATE TABLE between () INHERITS (whole);
CREATE TABLE keeps_below () INHERITS (between);
INSERT INTO keeps VALUES (1, 2);
INSERT INTO gives_too VALUES (3, 4);
INSERT INTO keeps_below VALUES (5, 6);
