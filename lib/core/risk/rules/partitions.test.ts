import { testRule } from "../../../testing/rule-cases";

testRule("detach-partition-without-concurrently", {
  fires: [
    [
      "ALTER TABLE log DETACH PARTITION log_2020",
      { fix: { ownMigration: true, sql: "ALTER TABLE log DETACH PARTITION log_2020 CONCURRENTLY;\n" } },
    ],
  ],
  quiet: ["ALTER TABLE log DETACH PARTITION log_2020 CONCURRENTLY"],
});

testRule("attach-partition", {
  fires: [["ALTER TABLE log ATTACH PARTITION p FOR VALUES IN (1)", { severity: "notice" }]],
  quiet: [
    "CREATE TABLE p (LIKE log); ALTER TABLE log ATTACH PARTITION p DEFAULT",
    "ALTER INDEX log_at ATTACH PARTITION p_at",
  ],
});
