CREATE DOMAIN amount AS numeric CONSTRAINT money_check CHECK (VALUE >= 0) CONSTRAINT small CHECK (VALUE < 1000);
COMMENT ON CONSTRAINT money_check ON DOMAIN amount IS 'no debts';
CREATE TABLE t (b amount[], c amount DEFAULT 0);
INSERT INTO t VALUES ('{1,2}', 3);
