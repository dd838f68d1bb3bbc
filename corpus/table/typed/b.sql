CREATE TYPE person AS (id int, name text, born date);
CREATE TABLE people OF person (PRIMARY KEY (id), name DEFAULT 'somebody', born WITH OPTIONS NOT NULL CHECK (born > '1000-01-01'));
CREATE TABLE loose OF person;
CREATE TABLE bound (id int, name text, born date);
CREATE TABLE fresh OF person (id UNIQUE) WITH (fillfactor = 50);
