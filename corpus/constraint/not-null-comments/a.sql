-- server: 18
CREATE TABLE p (a int NOT NULL, b int, d int CONSTRAINT old_d NOT NULL, e int);
CREATE TABLE joins (a int, b int, d int, e int);
INSERT INTO joins VALUES (1, 2, 3, 4);
CREATE TABLE joins_with_own (a int CONSTRAINT mine NOT NULL, b int, d int, e int);
COMMENT ON CONSTRAINT mine ON joins_with_own IS 'own';
CREATE TABLE below (z int) INHERITS (p);
INSERT INTO below VALUES (1, 2, 3, 4, 5);
CREATE TABLE below_with_own (e int NOT NULL) INHERITS (p);
COMMENT ON CONSTRAINT below_with_own_e_not_null ON below_with_own IS 'own';
CREATE TABLE whole (a int NOT NULL) PARTITION BY LIST (a);
CREATE TABLE part PARTITION OF whole FOR VALUES IN (1);
