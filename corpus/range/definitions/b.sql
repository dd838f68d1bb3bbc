CREATE TYPE timerange AS RANGE (subtype = time);
CREATE FUNCTION time_diff(a time, b time) RETURNS float8 LANGUAGE sql IMMUTABLE STRICT AS 'SELECT extract(epoch FROM a - b)::float8';
CREATE TYPE diffed AS RANGE (subtype = time, subtype_diff = time_diff, multirange_type_name = many_diffed);
CREATE TYPE texts AS RANGE (subtype = text, collation = "C", subtype_opclass = text_pattern_ops, multirange_type_name = "Texts of Many");
CREATE TABLE t (r timerange, m timemultirange);
CREATE TABLE u (d diffed, m many_diffed, x texts, EXCLUDE USING gist (d WITH &&));
COMMENT ON TYPE timerange IS 'after';
COMMENT ON TYPE diffed IS 'with a difference';
ALTER TYPE texts OWNER TO corpus_owner;
