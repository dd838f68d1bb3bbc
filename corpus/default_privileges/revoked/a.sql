ALTER DEFAULT PRIVILEGES IN SCHEMA default_privileges_revoked GRANT SELECT ON TABLES TO corpus_reader;
CREATE TABLE old (id int, v int);
CREATE VIEW of_it AS SELECT v FROM old;
INSERT INTO old VALUES (1, 1);
