CREATE FOREIGN DATA WRAPPER option_order OPTIONS (a '1', b '2');
CREATE SERVER option_order FOREIGN DATA WRAPPER option_order OPTIONS (host 'h', dbname 'd');
CREATE FOREIGN TABLE far (c int OPTIONS (x '1', y '2')) SERVER option_order OPTIONS (delimiter ',', quote '"');
