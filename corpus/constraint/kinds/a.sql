CREATE TABLE p (id int, a int, b int, CONSTRAINT p_key PRIMARY KEY (id), CONSTRAINT ab UNIQUE (a, b));
CREATE TABLE t (id int, p int, low int, high int, span int4range, CONSTRAINT t_key PRIMARY KEY (id) WITH (fillfactor = 70), CONSTRAINT fk FOREIGN KEY (p) REFERENCES p, CONSTRAINT ordered CHECK (low < high), CONSTRAINT gone CHECK (id > 0), CONSTRAINT apart EXCLUDE USING gist (span WITH &&));
INSERT INTO p VALUES (1, 1, 1);
INSERT INTO t VALUES (1, 1, 1, 2, '[1,2)');
COMMENT ON CONSTRAINT ordered ON t IS 'low before high';
COMMENT ON CONSTRAINT t_key ON t IS 'key';
COMMENT ON INDEX t_key IS 'index of the key';
