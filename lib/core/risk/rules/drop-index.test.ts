import { testRule } from "../../../testing/rule-cases";

testRule("drop-index-without-concurrently", {
  fires: [
    [
      "DROP INDEX IF EXISTS i",
      { fix: { ownMigration: true, sql: "DROP INDEX CONCURRENTLY IF EXISTS i;\n" } },
    ],
    ["DROP INDEX i CASCADE"],
  ],
  quiet: [
    "DROP INDEX CONCURRENTLY i",
    "CREATE TABLE n (id int, a int); CREATE INDEX i ON n (a); DROP INDEX i",
  ],
});
