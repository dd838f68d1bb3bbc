-- remade: routine first_of(pair)
CREATE LANGUAGE transform_functions HANDLER plpgsql_call_handler;
CREATE TYPE pair AS (a int, b int);
CREATE FUNCTION first_of(pair) RETURNS int LANGUAGE transform_functions AS 'two';
