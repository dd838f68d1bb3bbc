CREATE TYPE later;
CREATE TYPE spans;
CREATE TYPE owned;
ALTER TYPE owned OWNER TO corpus_owner;
CREATE TYPE sorts;
CREATE FUNCTION sorts_in(cstring) RETURNS sorts LANGUAGE internal IMMUTABLE STRICT AS 'textin';
CREATE FUNCTION sorts_out(sorts) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'textout';
CREATE TYPE sorts (INPUT = sorts_in, OUTPUT = sorts_out);
