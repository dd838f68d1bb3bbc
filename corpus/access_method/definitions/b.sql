CREATE ACCESS METHOD access_method_tables TYPE TABLE HANDLER heap_tableam_handler;
CREATE ACCESS METHOD access_method_indexes TYPE INDEX HANDLER gisthandler;
COMMENT ON ACCESS METHOD access_method_tables IS 'a second heap';
CREATE TABLE t (a int);
CREATE TABLE u (a int) USING access_method_tables;
CREATE MATERIALIZED VIEW m USING access_method_tables AS SELECT 1 AS a;
CREATE OPERATOR CLASS boxes FOR TYPE box USING access_method_indexes AS OPERATOR 1 <<, OPERATOR 3 &&, FUNCTION 1 gist_box_consistent(internal, box, smallint, oid, internal), FUNCTION 2 gist_box_union(internal, internal), FUNCTION 5 gist_box_penalty(internal, internal, internal), FUNCTION 6 gist_box_picksplit(internal, internal), FUNCTION 7 gist_box_same(box, box, internal);
CREATE TABLE boxed (b box);
CREATE INDEX boxed_b ON boxed USING access_method_indexes (b boxes);
