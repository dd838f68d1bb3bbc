-- remade: column keeps.b | column keeps_below.b
CREATE TABLE whole (a int);
CREATE TABLE keeps (b int) INHERITS (whole);
CREATE TABLE gives () INHERITS (whole);
CREATE TABLE gives_too () INHERITS (gives);
CREATE TABLE between () INHERITS (whole);
CREATE TABLE keeps_below (b int) INHERITS (between);
INSERT INTO keeps VALUES (1, 2);
INSERT INTO gives_too VALUES (3);
INSERT INTO keeps_below VALUES (5, 6);
