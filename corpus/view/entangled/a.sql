CREATE TABLE base (id int PRIMARY KEY, kind text, amount numeric);
INSERT INTO base VALUES (1, 'k', 2);
CREATE VIEW level1 AS SELECT id, kind, amount FROM base;
CREATE VIEW level2 AS SELECT kind, sum(amount) AS total FROM level1 GROUP BY kind;
CREATE FUNCTION totals() RETURNS SETOF level2 LANGUAGE sql STABLE AS 'SELECT * FROM view_entangled.level2';
CREATE VIEW level3 AS SELECT t.kind, t.total FROM totals() t;
CREATE TABLE copies (v level2);
CREATE VIEW upd AS SELECT id, kind FROM base WHERE kind IS NOT NULL;
CREATE RULE upd_delete AS ON DELETE TO upd DO INSTEAD DELETE FROM base WHERE id = OLD.id;
