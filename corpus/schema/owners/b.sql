CREATE SCHEMA schema_owners_kept;
CREATE SCHEMA schema_owners_new AUTHORIZATION corpus_owner;
CREATE TABLE schema_owners_new.t (a int);
ALTER TABLE schema_owners_new.t OWNER TO corpus_owner;
GRANT USAGE, CREATE ON SCHEMA schema_owners_kept TO corpus_writer WITH GRANT OPTION;
COMMENT ON SCHEMA schema_owners_kept IS 'after; with ''quotes''';
