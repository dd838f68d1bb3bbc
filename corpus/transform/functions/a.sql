CREATE LANGUAGE transform_functions HANDLER plpgsql_call_handler;
CREATE TYPE pair AS (a int, b int);
CREATE TRANSFORM FOR pair LANGUAGE transform_functions (FROM SQL WITH FUNCTION prsd_lextype(internal));
CREATE FUNCTION first_of(pair) RETURNS int LANGUAGE transform_functions AS 'one';
