-- remade: relation free
CREATE TYPE address AS (street text, city text, zip text);
CREATE TYPE nested AS (home address, n int);
CREATE TYPE fresh AS (a int, b text COLLATE "C", c numeric(5,2)[]);
CREATE TABLE t (a address, list address[]);
COMMENT ON TYPE address IS 'where';
COMMENT ON COLUMN address.street IS 'without number';
COMMENT ON COLUMN address.zip IS 'code';
CREATE TYPE free AS (b text, c date, a bigint);
COMMENT ON COLUMN fresh.b IS 'compared by bytes';
