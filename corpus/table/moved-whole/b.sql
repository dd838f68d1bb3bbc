-- remade: relation m_pkey | relation a_pkey | relation m_b_idx | relation a_b_idx | constraint m_pkey on m | constraint a_pkey on a
CREATE TABLE other (a int PRIMARY KEY, b int) PARTITION BY RANGE (a);
CREATE TABLE m PARTITION OF other FOR VALUES FROM (0) TO (10) PARTITION BY RANGE (a);
CREATE TABLE a PARTITION OF m FOR VALUES FROM (0) TO (5);
CREATE INDEX ON other (b);
CREATE TABLE y (a int PRIMARY KEY, b int) PARTITION BY RANGE (a);
CREATE TABLE n PARTITION OF y FOR VALUES FROM (0) TO (10) PARTITION BY RANGE (a);
CREATE TABLE c PARTITION OF n FOR VALUES FROM (0) TO (5);
