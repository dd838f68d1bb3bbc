CREATE FUNCTION gives(a int, OUT b int, INOUT c text) LANGUAGE sql AS 'SELECT 1, $2';
CREATE PROCEDURE takes(a int, INOUT b int) LANGUAGE sql AS 'SELECT 1';
