-- remade: relation t_1_v_idx | relation u_1_v_idx
CREATE TABLE t (k int, v text) PARTITION BY RANGE (k);
CREATE TABLE t_1 PARTITION OF t FOR VALUES FROM (0) TO (10);
CREATE INDEX two ON t (v);
CREATE INDEX one ON t (v);
CREATE TABLE t_2 PARTITION OF t FOR VALUES FROM (10) TO (20);
CREATE TABLE u (k int, v text) PARTITION BY RANGE (k);
CREATE TABLE u_1 PARTITION OF u FOR VALUES FROM (0) TO (10);
CREATE INDEX u_b ON u (v);
CREATE TABLE thrice (a int, b int) PARTITION BY LIST (a);
CREATE TABLE thrice_1 PARTITION OF thrice FOR VALUES IN (1);
CREATE INDEX z1 ON thrice (b);
CREATE INDEX z2 ON thrice (b);
CREATE INDEX z3 ON thrice (b);
CREATE INDEX a_own ON thrice_1 (b);
