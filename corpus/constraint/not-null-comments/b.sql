-- remade: column joins.a | column joins.b | column joins.d | column joins.e
CREATE TABLE p (a int NOT NULL, b int NOT NULL, d int CONSTRAINT new_d NOT NULL, e int NOT NULL);
CREATE TABLE joins () INHERITS (p);
COMMENT ON CONSTRAINT p_a_not_null ON joins IS 'from above';
CREATE TABLE joins_with_own (a int, b int, d int, e int) INHERITS (p);
COMMENT ON CONSTRAINT p_a_not_null ON joins_with_own IS 'from above';
CREATE TABLE below (z int) INHERITS (p);
CREATE TABLE below_with_own (e int) INHERITS (p);
COMMENT ON CONSTRAINT p_a_not_null ON below IS 'a';
COMMENT ON CONSTRAINT p_b_not_null ON below IS 'b';
COMMENT ON CONSTRAINT new_d ON below IS 'd';
COMMENT ON CONSTRAINT p_e_not_null ON below_with_own IS 'e';
CREATE TABLE whole (a int NOT NULL) PARTITION BY LIST (a);
CREATE TABLE part PARTITION OF whole FOR VALUES IN (1);
COMMENT ON CONSTRAINT whole_a_not_null ON part IS 'part';
