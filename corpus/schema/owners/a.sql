CREATE SCHEMA schema_owners_kept AUTHORIZATION corpus_owner;
CREATE SCHEMA schema_owners_gone;
CREATE TABLE schema_owners_gone.t (a int);
GRANT USAGE ON SCHEMA schema_owners_kept TO corpus_reader;
COMMENT ON SCHEMA schema_owners_kept IS 'before';
