ALTER DEFAULT PRIVILEGES FOR ROLE corpus_owner IN SCHEMA default_privileges_scopes GRANT SELECT ON TABLES TO corpus_reader;
ALTER DEFAULT PRIVILEGES IN SCHEMA default_privileges_scopes GRANT USAGE ON SEQUENCES TO corpus_reader;
CREATE TABLE before_it (a int);
