import { testRule } from "../../../testing/rule-cases";

testRule("code-block", {
  fires: [
    ["DO $$ BEGIN DROP TABLE IF EXISTS orders; END $$", { severity: "warning", effect: "loses_data" }],
    ["DO $$ BEGIN EXECUTE 'delete from ' || t; END $$", { severity: "warning" }],
    [
      "DO $$ BEGIN CREATE TYPE color AS ENUM ('a'); EXCEPTION WHEN duplicate_object THEN NULL; END $$",
      { severity: "notice" },
    ],
  ],
  quiet: [
    "DO $$ BEGIN RAISE NOTICE 'hello'; END $$",
    "DO $$ BEGIN -- DROP TABLE a;\nPERFORM 1; END $$",
    "DROP TABLE a",
  ],
});
