CREATE TABLE kept (id integer);
INSERT INTO kept VALUES (1);
