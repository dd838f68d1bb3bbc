-- remade: relation addr | relation v
CREATE TYPE addr AS (zip text, street varchar(40), country text, n bigint);
CREATE TABLE t (id int, a addr, many addr[]);
INSERT INTO t VALUES (1, '(7,w,x,2)', ARRAY['(a,2,y,3)', NULL]::addr[]);
