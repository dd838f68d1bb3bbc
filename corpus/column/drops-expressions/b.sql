-- remade: column two_p1.g | column two_p2.g | column two_c.g | column three_p1.g | column three_c.g | column three_d.g | column diamond_p.g | column diamond_m1.g | column diamond_m2.g | column diamond_d.g | column diamond_e.g | column parts_p.g | column parts_p1.g | column parts_p11.g
CREATE TABLE two_p1 (a int, g int);
CREATE TABLE two_p2 (a int, g int);
CREATE TABLE two_c (x int) INHERITS (two_p1, two_p2);
CREATE TABLE three_p1 (a int, g int);
CREATE TABLE three_c (x int NOT NULL DEFAULT 7, CONSTRAINT small CHECK (x < 100)) INHERITS (three_p1);
CREATE TABLE three_d (y int) INHERITS (three_c);
CREATE TABLE diamond_p (a int, g int);
CREATE TABLE diamond_m1 () INHERITS (diamond_p); CREATE TABLE diamond_m2 () INHERITS (diamond_p);
CREATE TABLE diamond_d (y int) INHERITS (diamond_m1, diamond_m2);
CREATE TABLE diamond_e () INHERITS (diamond_d);
CREATE TABLE parts_p (a int, g int) PARTITION BY RANGE (a);
CREATE TABLE parts_p1 PARTITION OF parts_p FOR VALUES FROM (0) TO (10) PARTITION BY RANGE (a);
CREATE TABLE parts_p11 PARTITION OF parts_p1 FOR VALUES FROM (0) TO (5);
