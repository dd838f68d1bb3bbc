CREATE TABLE "select" ("from" int, "Größe 😀" text, "a.b" int, "c""d" int, "e;f --" int);
INSERT INTO "select" VALUES (1, 'g', 2, 3, 4);
CREATE TABLE "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx1" ("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxa" int PRIMARY KEY, "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxb" int);
CREATE INDEX "iiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiii" ON "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx1" ("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxb");
CREATE TABLE "UPPER" (id serial PRIMARY KEY);
CREATE TYPE "😀" AS ENUM ('a''b', 'c"d', 'e;f');
CREATE FUNCTION "user"("order" text) RETURNS text LANGUAGE sql AS $$ SELECT 'a;b -- c' || "order" $$;
CREATE VIEW "a view; DROP TABLE x" AS SELECT "from", "c""d" FROM "select";
