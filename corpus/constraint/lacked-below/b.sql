-- server: 17
CREATE TABLE whole (a int4range, b int4range) PARTITION BY LIST (a);
CREATE TABLE part PARTITION OF whole FOR VALUES IN ('[0,1)');
ALTER TABLE ONLY whole ADD CONSTRAINT apart EXCLUDE USING gist (a WITH =, b WITH &&);
COMMENT ON CONSTRAINT apart ON whole IS 'in the making';
CREATE TABLE keys (a int) PARTITION BY LIST (a);
CREATE TABLE keys_1 PARTITION OF keys FOR VALUES IN (1);
CREATE INDEX keys_a ON ONLY keys (a);
COMMENT ON INDEX keys_a IS 'in the making';
