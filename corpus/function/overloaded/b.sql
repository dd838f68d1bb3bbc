-- remade: column t.z | constraint ck on t | policy p on t | relation i | relation v | trigger tr on t
CREATE FUNCTION f(a int, b int DEFAULT 1) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT a';
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TABLE t (x int DEFAULT f(1), z bigint GENERATED ALWAYS AS (f(3)) STORED, CONSTRAINT ck CHECK (f(x) > 0));
CREATE VIEW v AS SELECT f(x) AS a FROM t;
ALTER TABLE t ENABLE ROW LEVEL SECURITY;
CREATE POLICY p ON t TO corpus_writer USING (f(x) > 0);
CREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW WHEN (f(NEW.x) > 0) EXECUTE FUNCTION touch();
ALTER TABLE t DISABLE TRIGGER tr;
CREATE FUNCTION g() RETURNS int LANGUAGE sql AS 'SELECT 1';
COMMENT ON FUNCTION g() IS 'same';
CREATE INDEX i ON t (f(x)) WITH (fillfactor = 60);
