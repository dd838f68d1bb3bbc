CREATE FOREIGN DATA WRAPPER option_order OPTIONS (c '3', b '2');
CREATE SERVER option_order FOREIGN DATA WRAPPER option_order OPTIONS (dbname 'd', port '1');
CREATE FOREIGN TABLE far (c int OPTIONS (y '2', z '3')) SERVER option_order OPTIONS (quote '"', delimiter ',');
