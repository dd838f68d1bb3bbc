CREATE TYPE mood AS ENUM ('sad', 'happy');
CREATE TYPE size AS ENUM ('small', 'large');
CREATE TABLE people (feels mood DEFAULT 'happy', wears size, all_moods mood[]);
CREATE INDEX people_feels ON people (feels);
INSERT INTO people VALUES ('sad', 'large', '{sad,happy}'), (NULL, 'small', NULL);
CREATE VIEW v AS SELECT feels, wears FROM people WHERE feels = 'sad';
