-- remade: type code | type short | type codes | relation item | type item | relation box | type box | relation moved | type moved | relation around | type around | type checked | relation v | constraint short_check on short | constraint checked_check on checked | type loose | relation holds | type holds
CREATE DOMAIN code AS text;
CREATE DOMAIN short AS code CHECK (length(VALUE) > 0);
CREATE DOMAIN codes AS code[];
CREATE TYPE item AS (id int, c code);
CREATE TYPE box AS (first item, rest item[]);
CREATE TYPE moved AS (b text, a int);
CREATE TYPE around AS (m moved, ms moved[], n int);
CREATE DOMAIN checked AS moved CHECK ((VALUE).a > 0);
CREATE TABLE t (id int, c code, s short DEFAULT 'x', cs codes, i item, is_ item[], b box, r around, k checked);
CREATE VIEW v AS SELECT id, (b).first AS f, c FROM t;
INSERT INTO t VALUES (1, 'abc', 'd', '{a,b}', '(1,x)', ARRAY['(2,y)', NULL]::item[], '("(3,z)","{""(4,q)""}")', '("(5,6)","{""(7,8)"",""(9,10)""}",11)', '(12,12)');
INSERT INTO t (id) VALUES (2);
CREATE DOMAIN loose AS int NOT NULL CHECK (VALUE > 0);
CREATE TYPE holds AS (l loose);
CREATE TABLE u (h holds, ls loose[]);
