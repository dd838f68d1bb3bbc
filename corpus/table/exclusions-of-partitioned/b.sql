-- server: 18
-- remade: relation kept_1_pkey | relation kept_2_pkey | relation kept_3_pkey | relation excluded_1_id_r_excl | relation excluded_id_r_excl | constraint kept_1_pkey on kept_1 | constraint kept_2_pkey on kept_2 | constraint kept_3_pkey on kept_3 | constraint excluded_id_r_excl on excluded | constraint excluded_1_id_r_excl on excluded_1 | constraint refers_id_r_fkey_1 on refers | constraint refers_id_r_fkey_2 on refers
CREATE TABLE added (id int4range, r daterange, x int, PRIMARY KEY (id, r WITHOUT OVERLAPS)) PARTITION BY LIST (id);
CREATE TABLE added_1 PARTITION OF added FOR VALUES IN ('[1,2)');
CREATE TABLE added_2 PARTITION OF added FOR VALUES IN ('[2,3)');
CREATE TABLE kept (id int4range, r daterange, x int, PRIMARY KEY (id, r WITHOUT OVERLAPS)) PARTITION BY LIST (id);
CREATE TABLE kept_1 PARTITION OF kept FOR VALUES IN ('[1,2)', '[7,8)');
CREATE TABLE kept_2 (id int4range NOT NULL, r daterange NOT NULL, x int, PRIMARY KEY (id, r WITHOUT OVERLAPS));
CREATE TABLE kept_3 PARTITION OF kept FOR VALUES IN ('[3,4)');
CREATE TABLE excluded (id int4range, r daterange, x int, EXCLUDE USING gist (id WITH =, r WITH &&) WHERE (x > 0)) PARTITION BY LIST (id);
CREATE TABLE excluded_1 PARTITION OF excluded FOR VALUES IN ('[1,2)');
CREATE TABLE excluded_2 PARTITION OF excluded FOR VALUES IN ('[2,3)');
CREATE TABLE refers (id int4range, r daterange, FOREIGN KEY (id, PERIOD r) REFERENCES kept (id, PERIOD r));
