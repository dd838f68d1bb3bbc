-- remade: routine gives(integer,text) | routine takes(integer,integer)
CREATE FUNCTION gives(a int, OUT b bigint, INOUT c text) LANGUAGE sql AS 'SELECT 1, $2';
CREATE PROCEDURE takes(a int, b int) LANGUAGE sql AS 'SELECT 1';
