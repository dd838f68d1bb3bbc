import { testRule } from "../../../testing/rule-cases";

testRule("vacuum-full", {
  fires: [
    ["VACUUM FULL o", { relation: "o" }],
    ["VACUUM (FULL, VERBOSE)", { relation: "every table" }],
  ],
  quiet: ["VACUUM o", "VACUUM (FULL off) o", "ANALYZE o"],
});

testRule("cluster-table", {
  fires: [["CLUSTER o USING i", { relation: "o" }]],
  quiet: ["ALTER TABLE o CLUSTER ON i"],
});

testRule("refresh-without-concurrently", {
  fires: [
    [
      "REFRESH MATERIALIZED VIEW m",
      { fix: { ownMigration: false, sql: "REFRESH MATERIALIZED VIEW CONCURRENTLY m;\n" } },
    ],
  ],
  quiet: [
    "REFRESH MATERIALIZED VIEW CONCURRENTLY m",
    "CREATE MATERIALIZED VIEW m AS SELECT 1; REFRESH MATERIALIZED VIEW m",
  ],
});
