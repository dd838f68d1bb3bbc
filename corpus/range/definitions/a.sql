CREATE TYPE timerange AS RANGE (subtype = time);
CREATE TYPE gone AS RANGE (subtype = float8);
CREATE TABLE t (r timerange, m timemultirange);
INSERT INTO t VALUES ('[10:00,11:00)', '{[10:00,11:00)}');
COMMENT ON TYPE timerange IS 'before';
