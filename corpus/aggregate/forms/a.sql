CREATE AGGREGATE total(int) (SFUNC = int4pl, STYPE = int, INITCOND = '0');
CREATE AGGREGATE gone(int) (SFUNC = int4pl, STYPE = int);
CREATE AGGREGATE product(numeric) (SFUNC = numeric_mul, STYPE = numeric);
COMMENT ON AGGREGATE total(int) IS 'before';
CREATE VIEW v AS SELECT total(g) FROM generate_series(1, 3) g;
