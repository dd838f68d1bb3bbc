CREATE TABLE base (f1 int);
CREATE TABLE child () INHERITS (base);
ALTER TABLE child ADD CONSTRAINT positive CHECK (f1 > 0);
ALTER TABLE base ADD CONSTRAINT positive CHECK (f1 > 0) NOT VALID;
CREATE TABLE fresh (f1 int, CONSTRAINT positive CHECK (f1 > 0)) INHERITS (base);
