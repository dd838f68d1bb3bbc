CREATE TABLE parent (a int, k int, t int, s text, c text);
CREATE TABLE child () INHERITS (parent);
CREATE TABLE goes (e int GENERATED ALWAYS AS (k * 2) STORED) INHERITS (child);
CREATE TABLE goes_with_own (k int, t int) INHERITS (parent);
ALTER TABLE ONLY parent ALTER c SET STORAGE EXTERNAL;
INSERT INTO parent VALUES (1, 2, 3);
INSERT INTO child VALUES (1, 2, 3);
