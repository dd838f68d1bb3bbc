-- remade: relation v | type mood | type size
CREATE TYPE mood AS ENUM ('ok', 'sad');
CREATE TYPE size AS ENUM ('s', 'm', 'l');
CREATE TABLE t (id int, a mood, l mood[], p text, c text, s text, ss text, z size[] DEFAULT '{s,l}');
CREATE VIEW v AS SELECT a, l FROM t WHERE a = 'ok';
INSERT INTO t VALUES (1, 'ok', '{ok,sad}', '(x,sad)', '("(y,ok)",3)', '[ok,ok]', '{[ok,ok]}', '{m,s}');
