-- remade: column below.b
CREATE TABLE above (b text COMPRESSION pglz, d text COMPRESSION pglz);
CREATE TABLE below (a int) INHERITS (above);
ALTER TABLE below ALTER b SET COMPRESSION pglz, ALTER d SET COMPRESSION pglz;
INSERT INTO below VALUES ('x', 'y', 1);
CREATE TABLE joined (a int, c text COMPRESSION pglz, e text COMPRESSION pglz);
CREATE TABLE moves () INHERITS (joined);
ALTER TABLE moves ALTER c SET COMPRESSION pglz;
INSERT INTO moves VALUES (1, 'x');
