CREATE SEQUENCE s;
CREATE SEQUENCE gone START 5;
CREATE SEQUENCE bounded AS smallint MINVALUE 1 MAXVALUE 100 CYCLE CACHE 5;
SELECT nextval('s'), nextval('bounded');
CREATE TABLE t (a int, b int);
CREATE SEQUENCE owned OWNED BY t.a;
GRANT USAGE ON SEQUENCE s TO corpus_reader;
COMMENT ON SEQUENCE s IS 'before';
CREATE TABLE dropped (id serial);
