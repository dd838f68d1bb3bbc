-- remade: relation v
CREATE AGGREGATE total(int) (SFUNC = int4pl, STYPE = int, INITCOND = '1', PARALLEL = SAFE);
CREATE AGGREGATE product(numeric) (SFUNC = numeric_mul, STYPE = numeric, INITCOND = '1', COMBINEFUNC = numeric_mul);
CREATE FUNCTION keep_first(anyelement, anyelement) RETURNS anyelement LANGUAGE sql IMMUTABLE STRICT AS 'SELECT $1';
CREATE AGGREGATE first(anyelement) (SFUNC = keep_first, STYPE = anyelement);
CREATE AGGREGATE moving_sum(float8) (SFUNC = float8pl, STYPE = float8, MSFUNC = float8pl, MINVFUNC = float8mi, MSTYPE = float8, SSPACE = 16, MSSPACE = 32, INITCOND = '0', MINITCOND = '0');
CREATE AGGREGATE my_count(*) (SFUNC = int8inc, STYPE = int8, INITCOND = '0');
CREATE AGGREGATE my_percentile(float8 ORDER BY anyelement) (SFUNC = ordered_set_transition, STYPE = internal, FINALFUNC = percentile_disc_final, FINALFUNC_EXTRA = true, FINALFUNC_MODIFY = READ_WRITE);
CREATE AGGREGATE my_rank(VARIADIC "any" ORDER BY VARIADIC "any") (SFUNC = ordered_set_transition_multi, STYPE = internal, FINALFUNC = rank_final, FINALFUNC_EXTRA, HYPOTHETICAL);
CREATE AGGREGATE least_of(int) (SFUNC = int4smaller, STYPE = int, SORTOP = <);
CREATE AGGREGATE many(VARIADIC items int[]) (SFUNC = array_cat, STYPE = int[], INITCOND = '{}');
COMMENT ON AGGREGATE total(int) IS 'after';
COMMENT ON AGGREGATE my_percentile(float8 ORDER BY anyelement) IS 'ordered';
GRANT EXECUTE ON FUNCTION total(int) TO corpus_reader;
ALTER AGGREGATE product(numeric) OWNER TO corpus_owner;
CREATE VIEW v AS SELECT total(g), first(g) FROM generate_series(1, 3) g;
