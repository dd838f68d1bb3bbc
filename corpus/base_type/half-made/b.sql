-- remade: type sorts
CREATE TYPE later;
CREATE FUNCTION later_in(cstring) RETURNS later LANGUAGE internal IMMUTABLE STRICT AS 'textin';
CREATE FUNCTION later_out(later) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'textout';
CREATE TYPE later (INPUT = later_in, OUTPUT = later_out);
CREATE TYPE spans;
CREATE FUNCTION spans_canonical(spans) RETURNS spans LANGUAGE internal IMMUTABLE STRICT AS 'int4range_canonical';
CREATE TYPE spans AS RANGE (subtype = int, canonical = spans_canonical);
CREATE TYPE owned;
CREATE TYPE sorts;
CREATE FUNCTION sorts_canonical(sorts) RETURNS sorts LANGUAGE internal IMMUTABLE STRICT AS 'int4range_canonical';
CREATE TYPE sorts AS RANGE (subtype = int, canonical = sorts_canonical);
