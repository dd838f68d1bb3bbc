CREATE TYPE address AS (street text, city text);
CREATE TYPE nested AS (home address, n int);
CREATE TYPE gone AS (a int);
CREATE TABLE t (a address, list address[]);
INSERT INTO t VALUES (('s', 'c'), ARRAY[('x', 'y')::address]);
COMMENT ON TYPE address IS 'where';
COMMENT ON COLUMN address.street IS 'with number';
CREATE TYPE free AS (a int, b text);
