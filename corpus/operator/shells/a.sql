CREATE TYPE span AS RANGE (subtype = float8, subtype_diff = float8mi);
CREATE FUNCTION lies_before(span, span) RETURNS bool LANGUAGE sql IMMUTABLE AS 'SELECT pg_catalog.lower($1) OPERATOR(pg_catalog.<) pg_catalog.lower($2)';
CREATE OPERATOR <<< (leftarg = span, rightarg = span, function = lies_before, commutator = >>>);
CREATE FUNCTION negated(int) RETURNS bool LANGUAGE sql IMMUTABLE AS 'SELECT $1 OPERATOR(pg_catalog.>) 0';
CREATE OPERATOR !>> (rightarg = int, function = negated, negator = !<<);
CREATE TABLE spans (id int, s span, CHECK (s OPERATOR(operator_shells.<<<) operator_shells.span(100, 200)));
INSERT INTO spans VALUES (1, span(1, 2));
