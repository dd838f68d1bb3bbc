-- remade: constraint ab on p | constraint apart on t | constraint fk on t | constraint ordered on t | constraint p_key on p | relation ab | relation apart | relation p_key
CREATE TABLE p (id int, a int, b int, CONSTRAINT p_key PRIMARY KEY (id) INCLUDE (a), CONSTRAINT ab UNIQUE (a, b) DEFERRABLE INITIALLY DEFERRED);
CREATE TABLE t (id int, p int, low int, high int, span int4range, CONSTRAINT t_key PRIMARY KEY (id) WITH (fillfactor = 80), CONSTRAINT fk FOREIGN KEY (p) REFERENCES p ON DELETE CASCADE DEFERRABLE, CONSTRAINT ordered CHECK (low <= high), CONSTRAINT apart EXCLUDE USING gist (span WITH &&) WHERE (id > 10));
ALTER TABLE t ADD CONSTRAINT later CHECK (id < 1000) NOT VALID;
ALTER TABLE t ADD CONSTRAINT fk2 FOREIGN KEY (low) REFERENCES p NOT VALID;
COMMENT ON CONSTRAINT ordered ON t IS 'low not after high';
COMMENT ON INDEX t_key IS 'index of the key, after';
COMMENT ON CONSTRAINT fk2 ON t IS 'not valid yet';
CREATE TABLE self (id int PRIMARY KEY, parent int REFERENCES self DEFERRABLE INITIALLY DEFERRED, other int CONSTRAINT other_fk REFERENCES t MATCH FULL ON UPDATE SET DEFAULT);
CREATE INDEX self_key_stats ON self ((id * 2));
ALTER INDEX self_key_stats ALTER COLUMN 1 SET STATISTICS 99;
