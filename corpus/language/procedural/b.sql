CREATE TABLE t (a int);
CREATE FUNCTION handler() RETURNS language_handler LANGUAGE c AS '$libdir/plpgsql', 'plpgsql_call_handler';
CREATE FUNCTION validator(oid) RETURNS void LANGUAGE c STRICT AS '$libdir/plpgsql', 'plpgsql_validator';
CREATE TRUSTED LANGUAGE language_procedural HANDLER handler VALIDATOR validator;
COMMENT ON LANGUAGE language_procedural IS 'another plpgsql';
GRANT USAGE ON LANGUAGE language_procedural TO corpus_reader;
CREATE FUNCTION in_it() RETURNS int LANGUAGE language_procedural AS 'BEGIN RETURN 1; END';
