CREATE SEQUENCE numbers;
CREATE SEQUENCE others;
CREATE FUNCTION next_code() RETURNS text LANGUAGE sql AS $$ SELECT 'd' || nextval('default_expressions.numbers') $$;
CREATE TABLE t (code text DEFAULT upper(next_code()), n int DEFAULT nextval('others'), at timestamptz DEFAULT (now() + '1 day'::interval), tags text[] DEFAULT ARRAY['a', 'b;c'], plain int, none int DEFAULT 3);
