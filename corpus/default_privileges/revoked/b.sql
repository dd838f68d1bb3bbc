-- remade: relation of_it
ALTER DEFAULT PRIVILEGES IN SCHEMA default_privileges_revoked GRANT INSERT ON TABLES TO corpus_writer;
CREATE TABLE old (id int, v int NOT NULL);
REVOKE ALL ON old FROM corpus_writer;
GRANT SELECT ON old TO corpus_reader;
CREATE VIEW of_it AS SELECT id, v FROM old;
REVOKE ALL ON of_it FROM corpus_writer;
GRANT SELECT ON of_it TO corpus_reader;
CREATE TABLE fresh (id int);
GRANT SELECT ON fresh TO corpus_reader;
REVOKE ALL ON fresh FROM corpus_writer;
