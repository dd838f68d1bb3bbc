-- remade: constraint positive on amount | type retyped
CREATE DOMAIN amount AS numeric(10,2) DEFAULT 1 CONSTRAINT positive CHECK (VALUE > -1);
ALTER DOMAIN amount ADD CONSTRAINT later CHECK (VALUE <> 13) NOT VALID;
CREATE DOMAIN code AS text COLLATE "C" NOT NULL CHECK (VALUE ~ '^[a-z]+$');
CREATE DOMAIN retyped AS varchar(9);
CREATE TABLE t (a amount, c code, r retyped);
COMMENT ON DOMAIN amount IS 'money, after';
COMMENT ON CONSTRAINT positive ON DOMAIN amount IS 'few debts';
CREATE TYPE pair AS (x int, y int);
CREATE DOMAIN ordered AS pair CHECK ((VALUE).x <= (VALUE).y);
CREATE DOMAIN list AS int[] CHECK (array_length(VALUE, 1) < 5);
CREATE DOMAIN nested AS amount CHECK (VALUE < 50);
CREATE FUNCTION is_even(int) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT $1 % 2 = 0';
CREATE DOMAIN even AS int CHECK (domain_checks.is_even(VALUE));
CREATE TABLE u (o ordered, l list, n nested, e even);
ALTER DOMAIN list OWNER TO corpus_owner;
GRANT USAGE ON DOMAIN code TO corpus_reader;
