-- server: 17
CREATE TABLE whole (a int4range, b int4range) PARTITION BY LIST (a);
CREATE TABLE part PARTITION OF whole FOR VALUES IN ('[0,1)');
CREATE TABLE keys (a int) PARTITION BY LIST (a);
CREATE TABLE keys_1 PARTITION OF keys FOR VALUES IN (1);
INSERT INTO whole VALUES ('[0,1)', '[0,1)');
