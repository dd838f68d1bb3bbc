CREATE TYPE addr AS (street text, zip text, n int);
CREATE TABLE t (id int, a addr, many addr[]);
INSERT INTO t VALUES (1, '(s,1,2)', ARRAY['(a,2,3)', NULL]::addr[]), (2, NULL, NULL), (3, '(,,)', '{}');
