CREATE EXTENSION hstore SCHEMA extension_members;
CREATE TABLE t (a int, h hstore);
INSERT INTO t VALUES (1, 'a=>1');
CREATE EXTENSION citext SCHEMA extension_members;
