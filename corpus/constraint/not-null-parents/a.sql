-- server: 18
CREATE TABLE doubtful (a int);
CREATE TABLE sure (a int NOT NULL);
CREATE TABLE of_both () INHERITS (doubtful, sure);
INSERT INTO of_both VALUES (1);
