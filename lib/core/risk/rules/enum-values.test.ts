import { testRule } from "../../../testing/rule-cases";

testRule("enum-value-used-at-once", {
  fires: [
    [
      "ALTER TYPE color ADD VALUE 'red'; INSERT INTO t VALUES ('red')",
      { statement: 2, severity: "danger", params: { type: "color", value: "red" } },
    ],
    ["ALTER TYPE color ADD VALUE 'red'; DO $$ BEGIN UPDATE t SET c = 'red'; END $$"],
    ["ALTER TYPE color ADD VALUE 'red'; ALTER TABLE t ALTER c SET DEFAULT 'red'"],
  ],
  quiet: [
    "ALTER TYPE color ADD VALUE 'red'; INSERT INTO t VALUES ('blue')",
    "CREATE TYPE color AS ENUM ('a'); ALTER TYPE color ADD VALUE 'red'; INSERT INTO t VALUES ('red')",
    "BEGIN; ALTER TYPE color ADD VALUE 'red'; COMMIT; INSERT INTO t VALUES ('red')",
  ],
});

testRule("rename-enum-value", {
  fires: [["ALTER TYPE color RENAME VALUE 'a' TO 'b'", { params: { from: "a", to: "b", type: "color" } }]],
  quiet: ["ALTER TYPE color ADD VALUE 'b'"],
});
