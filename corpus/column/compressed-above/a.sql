CREATE TABLE below (a int, b text);
INSERT INTO below VALUES (1, 'x');
CREATE TABLE left_behind (a int, c text COMPRESSION pglz);
CREATE TABLE moves () INHERITS (left_behind);
ALTER TABLE moves ALTER c SET COMPRESSION pglz;
INSERT INTO moves VALUES (1, 'x');
