CREATE TYPE person AS (id int, name text, sizes int[], old text, age int);
CREATE TABLE people OF person;
