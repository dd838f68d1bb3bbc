-- remade: routine one()
CREATE FUNCTION one() RETURNS bigint LANGUAGE sql AS 'SELECT 1::bigint';
CREATE FUNCTION other(a int DEFAULT 1, b int DEFAULT 2) RETURNS int LANGUAGE sql AS 'SELECT a + b';
CREATE DOMAIN d AS int DEFAULT one();
CREATE DOMAIN e AS int DEFAULT one() + other() + 1 CHECK (VALUE > 0);
CREATE DOMAIN f AS int DEFAULT other(3);
CREATE TABLE t (id int, x d, y e[], z f, more d NOT NULL);
