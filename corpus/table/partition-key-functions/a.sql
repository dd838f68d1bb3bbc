CREATE FUNCTION k(a integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT $1 % 10';
CREATE TABLE called (id bigint GENERATED ALWAYS AS IDENTITY, a integer) PARTITION BY LIST (k(a));
CREATE TABLE called_1 PARTITION OF called FOR VALUES IN (1, 2);
CREATE INDEX by_a ON called (a);
INSERT INTO called (a) VALUES (1), (12);
CREATE FUNCTION cmp(integer, integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT btint4cmp($1, $2)';
CREATE OPERATOR CLASS sorted FOR TYPE integer USING btree AS
  OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >, FUNCTION 1 cmp(integer, integer);
CREATE TABLE ordered (a integer) PARTITION BY RANGE (a sorted);
CREATE TABLE ordered_1 PARTITION OF ordered FOR VALUES FROM (0) TO (10);
INSERT INTO ordered VALUES (1), (2);
CREATE COLLATION words (provider = icu, locale = 'de');
CREATE TABLE collated (a text) PARTITION BY RANGE (a COLLATE words);
CREATE TABLE collated_1 PARTITION OF collated FOR VALUES FROM ('a') TO ('z');
INSERT INTO collated VALUES ('b');
