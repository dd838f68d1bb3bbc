import { testRule } from "../../../testing/rule-cases";

testRule("create-index-without-concurrently", {
  fires: [
    [
      "CREATE INDEX ON orders (a)",
      {
        severity: "danger",
        effect: "blocks_writes",
        lock: "SHARE",
        fix: { ownMigration: true, sql: "CREATE INDEX CONCURRENTLY ON orders (a);\n" },
      },
    ],
    [
      "create unique index u on orders (a)",
      { fix: { ownMigration: true, sql: "create unique index CONCURRENTLY u on orders (a);\n" } },
    ],
  ],
  quiet: [
    "CREATE INDEX CONCURRENTLY i ON orders (a)",
    "CREATE INDEX i ON ONLY log (a)",
    "CREATE TABLE n (id int, a int); CREATE INDEX ON n (a)",
    "CREATE MATERIALIZED VIEW m AS SELECT 1 AS x; CREATE INDEX ON m (x)",
  ],
});

testRule("concurrent-index-if-not-exists", {
  fires: [["CREATE INDEX CONCURRENTLY IF NOT EXISTS i ON o (a)", { severity: "notice" }]],
  quiet: ["CREATE INDEX CONCURRENTLY i ON o (a)", "CREATE INDEX IF NOT EXISTS i ON o (a)"],
});
