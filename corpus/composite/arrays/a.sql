CREATE TYPE part AS (x int, y int);
CREATE TYPE whole AS (a part[], b part, c text);
CREATE TYPE leaves AS (x int, y int);
CREATE TABLE t (w whole, ws whole[], p part[], l leaves[]);
