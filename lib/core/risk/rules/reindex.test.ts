import { testRule } from "../../../testing/rule-cases";

testRule("reindex-without-concurrently", {
  fires: [
    ["REINDEX TABLE o", { fix: { ownMigration: true, sql: "REINDEX TABLE CONCURRENTLY o;\n" } }],
    ["REINDEX (VERBOSE) INDEX i"],
  ],
  quiet: ["REINDEX TABLE CONCURRENTLY o", "REINDEX (CONCURRENTLY) TABLE o"],
});
