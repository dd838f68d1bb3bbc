-- remade: relation part | relation whole
CREATE TYPE part AS (y int, z text, x bigint);
CREATE TYPE whole AS (c text, a part[], d int, b part);
CREATE TYPE joins AS (y int, x int);
CREATE TABLE t (w whole, ws whole[], p part[], l joins[]);
