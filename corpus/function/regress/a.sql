CREATE TYPE pair AS (a int, b text);
CREATE FUNCTION dup(f anyelement, OUT f2 anyelement, OUT f3 anyarray) LANGUAGE sql AS 'SELECT $1, array[$1,$1]';
CREATE FUNCTION dfunc(a anyelement, b anyelement = NULL, flag bool = true) RETURNS anyelement LANGUAGE sql AS 'SELECT CASE WHEN $3 THEN $1 ELSE $2 END';
CREATE FUNCTION vadd(VARIADIC numeric[]) RETURNS numeric LANGUAGE sql AS 'SELECT sum($1[i]) FROM generate_subscripts($1, 1) i';
