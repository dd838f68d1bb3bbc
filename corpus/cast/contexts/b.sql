CREATE TYPE cast_a AS (v int);
CREATE TYPE cast_b AS (v int);
CREATE FUNCTION a_to_b(cast_a) RETURNS cast_b LANGUAGE sql IMMUTABLE AS 'SELECT row($1.v)::cast_contexts.cast_b';
CREATE CAST (cast_a AS cast_b) WITH FUNCTION a_to_b(cast_a) AS ASSIGNMENT;
CREATE CAST (cast_a AS text) WITH INOUT AS IMPLICIT;
COMMENT ON CAST (cast_a AS cast_b) IS 'one way';
