CREATE DOMAIN amount AS numeric(10,2) DEFAULT 0 NOT NULL CONSTRAINT positive CHECK (VALUE >= 0) CONSTRAINT gone CHECK (VALUE < 100000);
CREATE DOMAIN code AS text COLLATE "C" CHECK (VALUE ~ '^[a-z]+$');
CREATE DOMAIN dropped AS int;
CREATE DOMAIN retyped AS varchar(5);
CREATE TABLE t (a amount, c code, r retyped);
INSERT INTO t VALUES (1, 'abc', 'r');
COMMENT ON DOMAIN amount IS 'money';
COMMENT ON CONSTRAINT positive ON DOMAIN amount IS 'no debts';
CREATE TYPE pair AS (x int, y int);
