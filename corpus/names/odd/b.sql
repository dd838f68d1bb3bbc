-- remade: constraint xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx_pkey on xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx1 | relation "a view; DROP TABLE x" | relation iiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiii | relation xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx_pkey | type "😀"
CREATE SCHEMA "names ""o"".dd";
CREATE TABLE "select" ("from" bigint, "Größe 😀" text NOT NULL DEFAULT 'a''b;c', "a.b" int CHECK ("a.b" > 0), "c""d" int, "new col" text[]);
CREATE TYPE "names ""o"".dd"."t y p e" AS ("a b" int);
CREATE TABLE "names ""o"".dd"."t.1" ("x.y" int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, z "names ""o"".dd"."t y p e");
ALTER TABLE "names ""o"".dd"."t.1" ADD CONSTRAINT "fk; --" FOREIGN KEY ("x.y") REFERENCES "names ""o"".dd"."t.1";
CREATE TABLE "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx1" ("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxa" bigint PRIMARY KEY, "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxb" int, "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxc" serial UNIQUE);
CREATE INDEX "iiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiii" ON "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx1" ("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxb", "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxa");
CREATE TABLE "UPPER" (id serial PRIMARY KEY, "primary" text);
CREATE TYPE "😀" AS ENUM ('a''b', 'new "one"', 'c"d', 'e;f');
CREATE FUNCTION "user"("order" text) RETURNS text LANGUAGE sql AS $$ SELECT 'a;b -- d' || "order" $$;
CREATE VIEW "a view; DROP TABLE x" AS SELECT "from", "c""d" FROM "select";
COMMENT ON TABLE "select" IS E'back\\slash, ''quotes'', "double", $$dollar$$ and\nlines';
COMMENT ON COLUMN "select"."Größe 😀" IS '😀';
GRANT SELECT ("a.b") ON "select" TO corpus_reader;
