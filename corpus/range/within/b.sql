-- remade: type hours | type many_hours | type day | relation shift | type shift | routine hours(time without time zone,time without time zone) | routine hours(time without time zone,time without time zone,text) | routine many_hours() | routine many_hours(hours) | routine many_hours(hours[]) | constraint day_check on day
CREATE FUNCTION diff(a time, b time) RETURNS float8 LANGUAGE sql IMMUTABLE STRICT AS 'SELECT extract(epoch FROM a - b)::float8';
CREATE TYPE hours AS RANGE (subtype = time, subtype_diff = diff, multirange_type_name = many_hours);
CREATE TYPE shift AS (h hours, n int);
CREATE DOMAIN day AS hours CHECK (NOT isempty(VALUE));
CREATE TABLE t (h hours, m many_hours, s shift, d day, hs hours[]);
CREATE TYPE sub AS (x int);
