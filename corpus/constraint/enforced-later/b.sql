-- remade: constraint ff on f | constraint ppf on pp | constraint ppf on pp1
CREATE TABLE r (id integer PRIMARY KEY);
CREATE TABLE f (r integer);
INSERT INTO f VALUES (3);
ALTER TABLE f ADD CONSTRAINT ff FOREIGN KEY (r) REFERENCES r NOT VALID;
CREATE TABLE pp (id integer, k integer) PARTITION BY LIST (id);
CREATE TABLE pp1 PARTITION OF pp FOR VALUES IN (1);
INSERT INTO pp VALUES (1, 7);
ALTER TABLE pp ADD CONSTRAINT ppf FOREIGN KEY (k) REFERENCES r NOT VALID;
