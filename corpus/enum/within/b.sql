-- remade: type mood | type felt | type moods | relation person | type person | relation couple | type couple | type span | type spans | relation apart | type apart | relation v | routine felt_as(text) | routine named(person) | constraint t_m_fkey on t | constraint t_m_check on t | constraint t_p_check on t | relation t_ok | constraint felt_check on felt | relation faces_pkey | routine spans() | routine spans(span) | routine spans(span[]) | column t.g | constraint faces_pkey on faces
CREATE TYPE mood AS ENUM ('happy', 'ok', 'sad', 'gone', 'new');
CREATE DOMAIN felt AS mood CHECK (VALUE <> 'gone');
CREATE DOMAIN moods AS mood[];
CREATE TYPE person AS (name text, m mood, all_of mood[]);
CREATE TYPE couple AS (one person, other person, d felt);
CREATE TYPE span AS RANGE (subtype = text, multirange_type_name = spans);
CREATE TYPE apart AS (m mood);
CREATE FUNCTION felt_as(text) RETURNS mood LANGUAGE sql IMMUTABLE AS $$ SELECT $1::enum_within.mood $$;
CREATE FUNCTION named(person) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT ($1).name';
CREATE CAST (person AS text) WITH FUNCTION named(person);
CREATE TABLE faces (m mood PRIMARY KEY, f felt DEFAULT 'ok' NOT NULL);
CREATE TABLE t (id int PRIMARY KEY, m mood DEFAULT 'sad' REFERENCES faces, f felt, ms moods, p person, ps person[], c couple, s span, ss spans,
  g text GENERATED ALWAYS AS ((p).name) STORED, CHECK (m <> 'gone'), CHECK ((p).m <> 'gone'));
CREATE INDEX t_ok ON t (id) WHERE m = 'ok';
CREATE VIEW v AS SELECT m, (p).m AS pm, (c).one FROM t WHERE m > 'sad';
COMMENT ON TYPE person IS 'somebody';
GRANT USAGE ON TYPE couple TO corpus_reader;
