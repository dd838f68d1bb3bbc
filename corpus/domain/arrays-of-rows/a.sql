CREATE TYPE point_row AS (x int, y int);
CREATE DOMAIN positive AS point_row CHECK ((VALUE).x > 0);
CREATE DOMAIN doubly AS positive;
CREATE DOMAIN several AS point_row[];
CREATE TABLE t (id int, one positive, many positive[], more doubly[], list several);
INSERT INTO t VALUES (1, ROW(1, 2)::point_row, ARRAY[ROW(3, 4)::point_row, NULL]::positive[], ARRAY[ROW(5, 6)::point_row]::doubly[], ARRAY[ROW(7, 8)::point_row]), (2, NULL, NULL, NULL, NULL);
