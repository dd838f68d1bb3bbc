CREATE FOREIGN DATA WRAPPER foreign_data_w;
CREATE FOREIGN DATA WRAPPER foreign_data_gone OPTIONS (a '1');
CREATE SERVER foreign_data_s FOREIGN DATA WRAPPER foreign_data_w OPTIONS (host 'a', port '1');
CREATE USER MAPPING FOR corpus_reader SERVER foreign_data_s OPTIONS ("user" 'u', password 'secret one');
CREATE FOREIGN TABLE ft (a int, b text OPTIONS (name 'x')) SERVER foreign_data_s OPTIONS (t 'y');
CREATE VIEW over_ft AS SELECT a FROM ft;
