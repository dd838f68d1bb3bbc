CREATE TYPE pair AS (a int, b text, c numeric);

CREATE FUNCTION dup(f anycompatible, OUT f2 anycompatible, OUT f3 anycompatiblearray) LANGUAGE sql AS 'SELECT $1, array[$1,$1]';
CREATE FUNCTION dfunc(a anyelement, b anyelement = NULL, flag bool = false) RETURNS anyelement LANGUAGE sql AS 'SELECT CASE WHEN $3 THEN $1 ELSE $2 END';
CREATE FUNCTION vadd(VARIADIC numeric[]) RETURNS numeric LANGUAGE sql IMMUTABLE AS 'SELECT sum($1[i]) FROM generate_subscripts($1, 1) i';
CREATE FUNCTION pair_of(int, text) RETURNS pair LANGUAGE sql AS 'SELECT ROW($1, $2, 3)::function_regress.pair';
CREATE FUNCTION pair_field(p pair) RETURNS int LANGUAGE sql IMMUTABLE RETURN (p).a + 1;
CREATE FUNCTION ranged(anyrange, anymultirange) RETURNS anyelement LANGUAGE sql AS 'SELECT lower($1)';
CREATE FUNCTION fact(n int) RETURNS numeric LANGUAGE plpgsql AS $$ BEGIN RETURN CASE WHEN n <= 1 THEN 1 ELSE n * function_regress.fact(n - 1) END; END $$;
CREATE FUNCTION atomic_calls() RETURNS numeric LANGUAGE sql BEGIN ATOMIC SELECT fact(3) + vadd(1, 2, 3); SELECT (pair_of(1, 'x')).a::numeric; END;
CREATE TABLE computed (p pair, a int GENERATED ALWAYS AS (pair_field(p)) STORED, CHECK ((p).b <> ''));
CREATE INDEX computed_fact ON computed ((pair_field(p)));
CREATE AGGREGATE vsum(VARIADIC numeric[]) (SFUNC = array_cat, STYPE = numeric[], FINALFUNC = vadd);
CREATE FUNCTION pair_plus(pair, int) RETURNS int LANGUAGE sql AS 'SELECT ($1).a + $2';
CREATE OPERATOR #+# (LEFTARG = pair, RIGHTARG = int, FUNCTION = pair_plus);
