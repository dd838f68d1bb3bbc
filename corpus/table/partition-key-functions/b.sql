-- remade: collation words | column called.a | column called.id | column called_1.a | column called_1.id | column collated.a | column collated_1.a | column ordered.a | column ordered_1.a | operator class sorted | relation by_a | relation called | relation called_1 | relation called_1_a_idx | relation called_id_seq | relation collated | relation collated_1 | relation ordered | relation ordered_1 | routine k(integer)
CREATE FUNCTION k(a integer) RETURNS bigint LANGUAGE sql IMMUTABLE AS 'SELECT $1::bigint % 10';
CREATE TABLE called (id bigint GENERATED ALWAYS AS IDENTITY, a integer) PARTITION BY LIST (k(a));
CREATE TABLE called_1 PARTITION OF called FOR VALUES IN (1, 2);
CREATE INDEX by_a ON called (a);
CREATE FUNCTION cmp(integer, integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT btint4cmp($2, $1)';
CREATE OPERATOR CLASS sorted FOR TYPE integer USING btree AS
  OPERATOR 1 >, OPERATOR 2 >=, OPERATOR 3 =, OPERATOR 4 <=, OPERATOR 5 <, FUNCTION 1 cmp(integer, integer);
CREATE TABLE ordered (a integer) PARTITION BY RANGE (a sorted);
CREATE TABLE ordered_1 PARTITION OF ordered FOR VALUES FROM (10) TO (0);
CREATE COLLATION words (provider = icu, locale = 'fr');
CREATE TABLE collated (a text) PARTITION BY RANGE (a COLLATE words);
CREATE TABLE collated_1 PARTITION OF collated FOR VALUES FROM ('a') TO ('z');
