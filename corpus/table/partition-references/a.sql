CREATE TABLE accounts (region text, id int, PRIMARY KEY (region, id)) PARTITION BY LIST (region);
CREATE TABLE accounts_eu PARTITION OF accounts FOR VALUES IN ('eu');
CREATE TABLE orders (id int PRIMARY KEY, region text, account int);
INSERT INTO accounts VALUES ('eu', 1);
INSERT INTO orders VALUES (1, 'eu', 1);
CREATE TABLE lines (id int, o int) PARTITION BY RANGE (id);
CREATE TABLE lines_1 PARTITION OF lines FOR VALUES FROM (0) TO (100);
INSERT INTO lines VALUES (1, 1);
