-- remade: type mood | type size | relation v | column v.feels | column v.wears | relation people_feels
CREATE TYPE size AS ENUM ('sad', 'happy');
CREATE TYPE mood AS ENUM ('small', 'large');
CREATE TABLE people (feels size DEFAULT 'happy', wears mood, all_moods size[]);
CREATE INDEX people_feels ON people (feels);
CREATE VIEW v AS SELECT feels, wears FROM people WHERE feels = 'sad';
