-- server: 18
CREATE TABLE doubtful (a int);
CREATE TABLE sure (a int NOT NULL);
CREATE TABLE of_both () INHERITS (doubtful, sure);
ALTER TABLE doubtful ADD CONSTRAINT seen NOT NULL a NOT VALID;
CREATE TABLE born () INHERITS (doubtful);
ALTER TABLE born VALIDATE CONSTRAINT seen;
COMMENT ON CONSTRAINT seen ON born IS 'proven here';
CREATE TABLE born_of_both () INHERITS (doubtful, sure);
