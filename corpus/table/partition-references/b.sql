CREATE TABLE accounts (region text, id int, PRIMARY KEY (region, id)) PARTITION BY LIST (region);
CREATE TABLE accounts_eu PARTITION OF accounts FOR VALUES IN ('eu');
CREATE TABLE accounts_us PARTITION OF accounts FOR VALUES IN ('us');
CREATE TABLE orders (id int PRIMARY KEY, region text, account int, FOREIGN KEY (region, account) REFERENCES accounts ON UPDATE CASCADE);
CREATE TABLE lines (id int, o int REFERENCES orders ON DELETE SET NULL) PARTITION BY RANGE (id);
CREATE TABLE lines_1 PARTITION OF lines FOR VALUES FROM (0) TO (100);
CREATE TABLE lines_2 PARTITION OF lines FOR VALUES FROM (100) TO (200);
ALTER TABLE lines_2 ADD CONSTRAINT own CHECK (o > 0);
