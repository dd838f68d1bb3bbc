-- remade: relation whole | relation split_1_b_idx | relation split_2_b_idx | relation split_21_b_idx
CREATE TABLE split (a int, b text) PARTITION BY RANGE (a);
CREATE TABLE split_1 PARTITION OF split FOR VALUES FROM (0) TO (10);
CREATE TABLE split_2 PARTITION OF split FOR VALUES FROM (10) TO (20) PARTITION BY RANGE (a);
CREATE TABLE split_21 PARTITION OF split_2 FOR VALUES FROM (10) TO (15);
CREATE INDEX whole ON ONLY split (b);
CREATE INDEX split_1_b_idx ON split_1 (b);
ALTER INDEX whole ATTACH PARTITION split_1_b_idx;
