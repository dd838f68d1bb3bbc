CREATE TABLE t (a int, b int, c text,
  CONSTRAINT ranges CHECK (a BETWEEN 1 AND 5 AND b > 0),
  CONSTRAINT outside CHECK (b NOT BETWEEN 7 AND 9 OR c BETWEEN 'a' AND 'z' AND a > 0));
CREATE VIEW v AS SELECT a, CASE WHEN b BETWEEN 1 AND 2 AND a < 3 THEN 'in (((' ELSE c END AS c
  FROM t WHERE a + b BETWEEN 1 AND abs(b) AND c NOT BETWEEN 'a)' AND 'b(' AND b IN (1, 2);
CREATE INDEX part ON t (a) WHERE b BETWEEN 1 AND 2 AND a > 0;
CREATE DOMAIN d AS int CONSTRAINT ok CHECK (VALUE BETWEEN 1 AND 9 AND VALUE <> 5);
ALTER TABLE t ENABLE ROW LEVEL SECURITY;
CREATE POLICY p ON t USING (a BETWEEN 1 AND 9 AND b > 0);
CREATE TABLE words (s varchar(9) CHECK (s IN ('a', 'b''])', 'c')), n varchar, CONSTRAINT not_in CHECK (n NOT IN ('x', 'y') OR s BETWEEN 'a' AND 'b' AND n <> ''));
CREATE VIEW chosen AS SELECT s FROM words WHERE n IN ('p', 'q') AND (s, n) IN (SELECT n, s FROM words);
CREATE INDEX chosen_words ON words (s) WHERE n IN ('p', 'q');
CREATE FUNCTION is_chosen(n varchar) RETURNS boolean LANGUAGE sql AS 'SELECT (((n >= ''a'') AND (n <= ''b'')) AND n IN (''p'', ''q''))';
