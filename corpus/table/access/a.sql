CREATE TABLE t (id int, secret text, open text);
INSERT INTO t VALUES (1, 's', 'o');
GRANT SELECT ON t TO corpus_reader;
GRANT UPDATE (open) ON t TO corpus_writer;
GRANT ALL ON t TO corpus_owner;
CREATE TABLE owned (a int);
