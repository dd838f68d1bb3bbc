CREATE TABLE kept (id integer);
INSERT INTO kept VALUES (1);
CREATE FUNCTION not_empty(v text) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT v <> ''''';
CREATE DOMAIN name AS text CHECK (not_empty(VALUE));
CREATE DOMAIN code AS text CHECK (not_empty(VALUE));
CREATE TYPE coded AS (code code);
CREATE TABLE names (list name[], c coded);
CREATE VIEW v AS SELECT list FROM names;
