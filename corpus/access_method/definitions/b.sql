CREATE ACCESS METHOD access_method_tables TYPE TABLE HANDLER heap_tableam_handler;
CREATE ACCESS METHOD access_method_indexes TYPE INDEX HANDLER bthandler;
COMMENT ON ACCESS METHOD access_method_tables IS 'a second heap';
CREATE TABLE t (a int);
CREATE TABLE u (a int) USING access_method_tables;
CREATE MATERIALIZED VIEW m USING access_method_tables AS SELECT 1 AS a;
CREATE OPERATOR CLASS ints FOR TYPE int USING access_method_indexes AS OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >, FUNCTION 1 btint4cmp(int, int);
CREATE INDEX t_a ON t USING access_method_indexes (a ints);
