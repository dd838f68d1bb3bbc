-- remade: relation v | type mood | type shrinks
CREATE TYPE mood AS ENUM ('awful', 'sad', 'so ''so''', 'ok', 'happy', 'great');
CREATE TYPE shrinks AS ENUM ('b', 'a');
CREATE TYPE fresh AS ENUM ();
CREATE TABLE t (m mood DEFAULT 'happy', s shrinks, ms mood[] DEFAULT '{sad}');
CREATE VIEW v AS SELECT m FROM t WHERE m = 'ok';
COMMENT ON TYPE mood IS 'after';
ALTER TYPE mood OWNER TO corpus_owner;
REVOKE USAGE ON TYPE mood FROM PUBLIC;
