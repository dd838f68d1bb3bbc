CREATE ACCESS METHOD access_method_gone TYPE TABLE HANDLER heap_tableam_handler;
CREATE TABLE t (a int);
INSERT INTO t VALUES (1);
