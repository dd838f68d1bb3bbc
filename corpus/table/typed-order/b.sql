-- remade: relation row_type | relation of_it | relation of_it_pkey | relation loose | relation all_of_it | relation turned | constraint of_it_pkey on of_it | constraint points_to_it_x_fkey on points_to_it | column of_it.a | column of_it.b | column loose.b | column loose.a | column turned.b | column turned.a | column turned.extra
CREATE TYPE row_type AS (a bigint, made date, b varchar(10));
CREATE TABLE of_it OF row_type (PRIMARY KEY (a), b WITH OPTIONS DEFAULT 'y', made WITH OPTIONS CHECK (made > '2000-01-01'));
CREATE TABLE points_to_it (x bigint REFERENCES of_it);
CREATE TABLE loose OF row_type;
CREATE VIEW all_of_it AS SELECT * FROM of_it;
CREATE TYPE kept_type AS (a int, b text, extra int);
CREATE TABLE turned OF kept_type;
CREATE TABLE straight OF kept_type;
