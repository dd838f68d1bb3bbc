REVOKE EXECUTE ON FUNCTION pg_catalog.pg_sleep(double precision) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION pg_catalog.pg_ls_dir(text) TO corpus_owner;
GRANT SELECT (rolname) ON pg_catalog.pg_authid TO corpus_reader;
REVOKE USAGE ON LANGUAGE plpgsql FROM PUBLIC;
