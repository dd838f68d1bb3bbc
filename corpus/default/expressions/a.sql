CREATE SEQUENCE numbers;
CREATE FUNCTION next_code() RETURNS text LANGUAGE sql AS $$ SELECT 'c' || nextval('default_expressions.numbers') $$;
CREATE TABLE t (code text DEFAULT next_code(), n int DEFAULT nextval('numbers'), at timestamptz DEFAULT now(), tags text[] DEFAULT '{}'::text[], plain int DEFAULT 1, none int);
INSERT INTO t DEFAULT VALUES;
