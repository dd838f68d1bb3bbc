CREATE TABLE stays (id integer, kept integer DEFAULT 3);
INSERT INTO stays VALUES (1);
