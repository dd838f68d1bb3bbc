CREATE FUNCTION diff(a time, b time) RETURNS float8 LANGUAGE sql IMMUTABLE STRICT AS 'SELECT extract(epoch FROM a - b)::float8';
CREATE TYPE hours AS RANGE (subtype = time, multirange_type_name = many_hours);
CREATE TYPE shift AS (h hours, n int);
CREATE DOMAIN day AS hours CHECK (NOT isempty(VALUE));
CREATE TABLE t (h hours, m many_hours, s shift, d day, hs hours[]);
INSERT INTO t VALUES ('[10:00,11:00)', '{[10:00,11:00),[12:00,13:00)}', '("[01:00,02:00)",4)', '[,03:00)', '{"[01:00,02:00)"}');
CREATE TYPE sub AS (x int);
