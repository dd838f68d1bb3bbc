-- remade: column p1.c | column child.c | column qchild.c | column qbelow.c | column r1.c | column rchild.c
CREATE TABLE p1 (a int, c int GENERATED ALWAYS AS (a * 3) STORED);
CREATE TABLE p2 (z int);
CREATE TABLE child () INHERITS (p2, p1);
INSERT INTO child (a, z) VALUES (1, 2);
CREATE TABLE q1 (a int);
CREATE TABLE q2 (a int, c int GENERATED ALWAYS AS (a * 3) STORED);
CREATE TABLE qchild () INHERITS (q2);
CREATE TABLE qbelow () INHERITS (qchild);
INSERT INTO qchild (a) VALUES (1);
INSERT INTO qbelow (a) VALUES (2);
CREATE TABLE r1 (a int, c int GENERATED ALWAYS AS (a * 3) STORED);
CREATE TABLE r2 (z int);
CREATE TABLE rchild () INHERITS (r2, r1);
INSERT INTO rchild (a, z) VALUES (1, 2);
