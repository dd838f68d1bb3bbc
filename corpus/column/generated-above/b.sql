-- remade: column gc.a | column gc.b | column gd.a | column gd.b | column ge.b | relation gd_b_idx
CREATE TABLE gp (a int, b int GENERATED ALWAYS AS (a * 2) STORED);
CREATE TABLE gc (a int, b int GENERATED ALWAYS AS (a * 2) STORED);
CREATE TABLE gq (a int, b int GENERATED ALWAYS AS (a * 2) STORED);
CREATE TABLE gd () INHERITS (gq);
CREATE TABLE gr (x int, a int, b int GENERATED ALWAYS AS (a * 3) STORED);
CREATE TABLE ge (a int, c int) INHERITS (gr);
CREATE INDEX ON gd (b);
