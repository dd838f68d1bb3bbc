CREATE TABLE parent (a int NOT NULL, t text, s text, c text, n int NOT NULL DEFAULT 1);
CREATE TABLE child () INHERITS (parent);
CREATE TABLE comes (e int GENERATED ALWAYS AS (n * 2) STORED) INHERITS (child);
CREATE TABLE comes_with_own (t text, n int) INHERITS (parent);
CREATE TABLE comes_below () INHERITS (comes_with_own);
ALTER TABLE ONLY parent ALTER s SET STORAGE EXTERNAL;
ALTER TABLE ONLY comes_below ALTER c SET STORAGE MAIN;
INSERT INTO parent (a, t) VALUES (1, '3');
INSERT INTO child (a, t) VALUES (1, '3');
