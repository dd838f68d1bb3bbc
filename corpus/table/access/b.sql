CREATE TABLE t (id int, secret text, open text);
GRANT SELECT (id, open), INSERT (id) ON t TO corpus_reader;
GRANT UPDATE (open) ON t TO corpus_writer WITH GRANT OPTION;
GRANT INSERT, TRIGGER ON t TO PUBLIC;
REVOKE UPDATE, DELETE ON t FROM CURRENT_USER;
CREATE TABLE owned (a int);
ALTER TABLE owned OWNER TO corpus_owner;
GRANT SELECT ON owned TO corpus_reader WITH GRANT OPTION;
