-- remade: constraint base_pkey on base | relation base_pkey | relation level1 | relation level2 | relation level3 | relation upd | routine totals() | rule upd_delete on upd
CREATE TABLE base (id bigint PRIMARY KEY, kind varchar(80), amount numeric(20,4));
CREATE VIEW level1 AS SELECT id, kind, amount FROM base WHERE amount >= 0;
CREATE VIEW level2 AS SELECT kind, sum(amount) AS total FROM level1 GROUP BY kind;
CREATE FUNCTION totals() RETURNS SETOF level2 LANGUAGE sql STABLE AS 'SELECT * FROM view_entangled.level2';
CREATE VIEW level3 AS SELECT t.kind, t.total FROM totals() t ORDER BY t.total DESC LIMIT 10;
CREATE TABLE copies (n int);
CREATE VIEW upd AS SELECT id, kind FROM base WHERE kind IS NOT NULL WITH CHECK OPTION;
CREATE RULE upd_delete AS ON DELETE TO upd DO INSTEAD UPDATE base SET kind = NULL WHERE id = OLD.id;
CREATE VIEW shapes AS SELECT ROW(id, kind) IS NULL AS r, ARRAY[id] AS ids, CASE kind WHEN 'a' THEN 1 ELSE 2 END AS n, (kind IS DISTINCT FROM 'x') AS differs, EXTRACT(epoch FROM now()) AS e, kind COLLATE "C" AS c, COALESCE(amount, 0)::int AS i FROM base TABLESAMPLE system (50) REPEATABLE (3);
CREATE VIEW grouping_sets AS SELECT kind, GROUPING(kind) AS g, count(*) FILTER (WHERE amount > 1) AS f, percentile_cont(0.5) WITHIN GROUP (ORDER BY id) AS p FROM base GROUP BY ROLLUP (kind) HAVING count(*) > 0;
CREATE VIEW ctes AS WITH RECURSIVE tree(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM tree WHERE n < 3) SEARCH DEPTH FIRST BY n SET ord CYCLE n SET looped USING path SELECT n, looped FROM tree ORDER BY ord;
CREATE VIEW sets AS (SELECT id FROM base EXCEPT ALL SELECT 1) UNION SELECT g FROM generate_series(1, 3) WITH ORDINALITY AS s(g, o) INTERSECT SELECT 2 ORDER BY 1;
CREATE VIEW documents AS SELECT xmlelement(name foo, xmlattributes(kind AS k), 'x') AS x, x.* FROM base, xmltable('/a' PASSING ('<a b="1"/>'::xml) COLUMNS b int PATH '@b') AS x;
