-- remade: operator ###(integer,integer) | operator <<<(pair,pair) | relation v
CREATE TYPE pair AS (x int, y int);
CREATE FUNCTION pair_lt(pair, pair) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT $1.x < $2.x';
CREATE FUNCTION pair_gt(pair, pair) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT $1.x > $2.x';
CREATE FUNCTION pair_eq(pair, pair) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT $1.x = $2.x AND $1.y = $2.y';
CREATE FUNCTION pair_ne(pair, pair) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT NOT ($1.x = $2.x AND $1.y = $2.y)';
CREATE OPERATOR <<< (LEFTARG = pair, RIGHTARG = pair, FUNCTION = pair_lt, COMMUTATOR = >>>, RESTRICT = scalarltsel, JOIN = scalarltjoinsel);
CREATE OPERATOR >>> (LEFTARG = pair, RIGHTARG = pair, FUNCTION = pair_gt, COMMUTATOR = <<<);
CREATE OPERATOR === (LEFTARG = pair, RIGHTARG = pair, FUNCTION = pair_eq, COMMUTATOR = ===, NEGATOR = !==, RESTRICT = eqsel, JOIN = eqjoinsel, HASHES, MERGES);
CREATE OPERATOR !== (LEFTARG = pair, RIGHTARG = pair, FUNCTION = pair_ne, COMMUTATOR = !==, NEGATOR = ===);
CREATE OPERATOR ### (LEFTARG = int, RIGHTARG = int, FUNCTION = int4mul);
CREATE OPERATOR @#@ (RIGHTARG = int8, FUNCTION = int8abs);
COMMENT ON OPERATOR === (pair, pair) IS 'the same';
COMMENT ON OPERATOR @#@ (NONE, int8) IS 'prefix';
ALTER OPERATOR === (pair, pair) OWNER TO corpus_owner;
CREATE VIEW v AS SELECT 1 OPERATOR(operator_definitions.###) 2 AS three;
