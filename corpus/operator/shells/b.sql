-- remade: routine span(double precision,double precision) | routine span(double precision,double precision,text) | routine lies_before(span,span) | type span | constraint spans_s_check on spans | operator <<<(span,span)
CREATE TYPE span AS RANGE (subtype = float8, subtype_diff = float8mi, multirange_type_name = spans_of);
CREATE FUNCTION lies_before(span, span) RETURNS bool LANGUAGE sql IMMUTABLE AS 'SELECT pg_catalog.upper($1) OPERATOR(pg_catalog.<) pg_catalog.upper($2)';
CREATE OPERATOR <<< (leftarg = span, rightarg = span, function = lies_before, negator = !<<<);
CREATE TABLE spans (id int, s span, CHECK (s OPERATOR(operator_shells.<<<) operator_shells.span(100, 200)));
