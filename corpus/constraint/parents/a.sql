CREATE TABLE base (f1 int);
CREATE TABLE child () INHERITS (base);
INSERT INTO child VALUES (1);
