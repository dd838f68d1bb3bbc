-- remade: constraint f1 on o | constraint f2 on o | constraint u1 on t | constraint u2 on t | relation u1 | relation u2 | constraint x on t | constraint y on t | constraint r1 on ring | constraint r2 on ring | constraint r3 on ring | constraint z on t
CREATE TABLE t (a int CONSTRAINT y NOT NULL, b int CONSTRAINT x NOT NULL, c int, CONSTRAINT z CHECK (c > 0), CONSTRAINT u2 UNIQUE (a), CONSTRAINT u1 UNIQUE (b));
CREATE TABLE ring (a int CONSTRAINT r2 NOT NULL, b int CONSTRAINT r3 NOT NULL, c int, CONSTRAINT r1 CHECK (c > 0));
COMMENT ON CONSTRAINT r1 ON ring IS 'third';
CREATE TABLE o (a int, b int, CONSTRAINT f2 FOREIGN KEY (a) REFERENCES t (a), CONSTRAINT f1 FOREIGN KEY (b) REFERENCES t (b));
