-- server: 18
CREATE TABLE added (id int4range, r daterange, x int) PARTITION BY LIST (id);
CREATE TABLE added_1 PARTITION OF added FOR VALUES IN ('[1,2)');
CREATE TABLE kept (id int4range, r daterange, x int, PRIMARY KEY (id, r WITHOUT OVERLAPS)) PARTITION BY LIST (id);
CREATE TABLE kept_1 PARTITION OF kept FOR VALUES IN ('[1,2)');
CREATE TABLE kept_2 PARTITION OF kept FOR VALUES IN ('[2,3)');
CREATE TABLE kept_3 (id int4range NOT NULL, r daterange NOT NULL, x int, PRIMARY KEY (id, r WITHOUT OVERLAPS));
CREATE TABLE excluded (id int4range, r daterange, x int, EXCLUDE USING gist (id WITH =, r WITH &&)) PARTITION BY LIST (id);
CREATE TABLE excluded_1 PARTITION OF excluded FOR VALUES IN ('[1,2)');
CREATE TABLE refers (id int4range, r daterange, FOREIGN KEY (id, PERIOD r) REFERENCES kept (id, PERIOD r));
INSERT INTO added VALUES ('[1,2)', '[2020-01-01,2020-02-01)', 1);
INSERT INTO kept VALUES ('[1,2)', '[2020-01-01,2020-02-01)', 1);
INSERT INTO kept_3 VALUES ('[3,4)', '[2020-01-01,2020-02-01)', 1);
INSERT INTO excluded VALUES ('[1,2)', '[2020-01-01,2020-02-01)', 1);
