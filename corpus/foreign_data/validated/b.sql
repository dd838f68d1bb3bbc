CREATE FUNCTION check_options(text[], oid) RETURNS void LANGUAGE plpgsql AS $$ BEGIN IF EXISTS (SELECT FROM unnest($1) o WHERE o !~ '^good') THEN RAISE 'bad option in %', $1; END IF; END $$;
CREATE FOREIGN DATA WRAPPER foreign_data_validated OPTIONS (bad '1');
CREATE SERVER foreign_data_validated_s FOREIGN DATA WRAPPER foreign_data_validated OPTIONS (bad '2', good '1');
CREATE FOREIGN TABLE t (a int) SERVER foreign_data_validated_s OPTIONS (bad '3');
ALTER FOREIGN DATA WRAPPER foreign_data_validated VALIDATOR check_options;
COMMENT ON FOREIGN TABLE t IS 'kept';
