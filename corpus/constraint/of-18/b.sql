-- remade: constraint loose on r
-- server: 18
CREATE EXTENSION btree_gist SCHEMA constraint_of_18;
CREATE TABLE t (id int, a int, b int, c int, v int GENERATED ALWAYS AS (a + 2) VIRTUAL, during daterange, w int GENERATED ALWAYS AS (a * b) VIRTUAL, CONSTRAINT no_overlap UNIQUE (id, during WITHOUT OVERLAPS));
ALTER TABLE t ADD CONSTRAINT later NOT NULL a;
ALTER TABLE t ADD CONSTRAINT renamed NOT NULL b;
ALTER TABLE t ADD CONSTRAINT fresh NOT NULL c NOT VALID;
COMMENT ON CONSTRAINT renamed ON t IS 'never empty';
CREATE TABLE p (id int PRIMARY KEY);
CREATE TABLE r (id int REFERENCES p, n int CONSTRAINT loose CHECK (n > 1) NOT ENFORCED);
CREATE TABLE rooms (room int, during daterange, PRIMARY KEY (room, during WITHOUT OVERLAPS));
CREATE TABLE stays (room int, during daterange, FOREIGN KEY (room, PERIOD during) REFERENCES rooms (room, PERIOD during));
CREATE DOMAIN filled AS text CONSTRAINT never_empty NOT NULL;
COMMENT ON CONSTRAINT never_empty ON DOMAIN filled IS 'said';
CREATE DOMAIN gets AS int CONSTRAINT by_name NOT NULL;
