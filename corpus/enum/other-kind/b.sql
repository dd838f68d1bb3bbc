-- remade: relation t_s | relation pair | relation parts | relation parts_new | relation v | routine f(state) | type state | type level | constraint t_check on t | column parts.s | column parts_new.s
CREATE DOMAIN state AS text CHECK (VALUE <> '');
CREATE TYPE level AS ENUM ('low', 'high');
CREATE TABLE t (s state NOT NULL DEFAULT 'new', list state[], l level DEFAULT 'low', CHECK (s <> 'open' OR l IS NOT NULL));
INSERT INTO t VALUES ('open', '{new,open}', 'high');
CREATE INDEX t_s ON t (s, l);
CREATE TABLE parts (s state) PARTITION BY LIST (s);
CREATE TABLE parts_new PARTITION OF parts FOR VALUES IN ('new');
INSERT INTO parts VALUES ('new');
CREATE FUNCTION f(state) RETURNS level LANGUAGE sql AS 'SELECT NULL';
CREATE VIEW v AS SELECT s, f(s) AS l FROM t;
CREATE TYPE pair AS (state state, level level);
CREATE TABLE pairs (p pair);
INSERT INTO pairs VALUES (ROW('new', 'low')::pair);
