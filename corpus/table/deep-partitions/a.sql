CREATE TABLE deep (a int, b text, c date, d numeric) PARTITION BY RANGE (a);
CREATE TABLE deep_1 (d numeric, c date, b text, a int) PARTITION BY LIST (b);
ALTER TABLE deep ATTACH PARTITION deep_1 FOR VALUES FROM (0) TO (100);
CREATE TABLE deep_1_x (b text, gone int, a int, d numeric, c date);
ALTER TABLE deep_1_x DROP COLUMN gone;
ALTER TABLE deep_1 ATTACH PARTITION deep_1_x FOR VALUES IN ('x', NULL);
CREATE TABLE deep_d PARTITION OF deep DEFAULT;
INSERT INTO deep VALUES (1, 'x', '2024-01-01', 1.5), (500, 'z', NULL, NULL);
