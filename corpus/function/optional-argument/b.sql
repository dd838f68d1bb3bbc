-- remade: relation ok | relation v | routine f(text) | constraint t_b_check on t | policy p on t | type short | type checked | constraint checked_check on checked
CREATE FUNCTION gen(t text, n integer DEFAULT 1) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT t';
CREATE FUNCTION is_ok(v text, VARIADIC more text[] DEFAULT '{}') RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT v <> ''''';
CREATE TABLE t (a text DEFAULT gen('b'), b text CHECK (is_ok(b)));
INSERT INTO t (b) VALUES ('x');
CREATE INDEX ok ON t (is_ok(b)) WHERE is_ok(a);
CREATE VIEW v AS SELECT gen(b) AS x, a FROM t;
CREATE POLICY p ON t USING (gen(a) = 'y');
CREATE FUNCTION f(x text DEFAULT gen('r')) RETURNS text LANGUAGE sql AS 'SELECT x';
CREATE DOMAIN short AS text DEFAULT gen('ee');
CREATE DOMAIN checked AS text DEFAULT gen('d') CHECK (is_ok(VALUE));
CREATE TABLE uses (s short, c checked, list checked[]);
INSERT INTO uses VALUES ('s', 'c', ARRAY['l', 'm']::checked[]);
