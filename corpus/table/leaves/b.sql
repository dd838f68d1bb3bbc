CREATE TABLE refs (id int PRIMARY KEY);
CREATE TABLE p (k int NOT NULL, v int, r int REFERENCES refs, CONSTRAINT high CHECK (v < 100)) PARTITION BY RANGE (k);
CREATE TABLE p_1 (k int, v int, r int);
