CREATE TABLE p (a int NOT NULL, b int, c int DEFAULT 7 NOT NULL);
CREATE TABLE fresh (z int) INHERITS (p);
CREATE TABLE fresh_with_own (a int, z int) INHERITS (p);
CREATE TABLE below (y int) INHERITS (fresh);
CREATE TABLE kept (z int) INHERITS (p);
-- From 18 on what comes from a parent cannot be given up.
DO $$ BEGIN
  IF current_setting('server_version_num')::int < 180000 THEN
    ALTER TABLE ONLY fresh ALTER a DROP NOT NULL;
    ALTER TABLE ONLY fresh_with_own ALTER a DROP NOT NULL;
    ALTER TABLE ONLY below ALTER a DROP NOT NULL;
    ALTER TABLE ONLY kept ALTER c DROP NOT NULL;
  END IF;
END $$;
