import { testRule } from "../../../testing/rule-cases";

testRule("change-column-type", {
  fires: [
    ["ALTER TABLE orders ALTER total TYPE bigint", { severity: "danger", effect: "blocks_reads_and_writes" }],
    ["ALTER TABLE orders ALTER note TYPE text", { severity: "warning" }],
    ["ALTER TABLE orders ALTER total TYPE int USING total::int", { severity: "warning" }],
  ],
  quiet: [
    "ALTER TABLE orders ADD c varchar(10); ALTER TABLE orders ALTER c TYPE varchar(20)",
    "ALTER TABLE orders ADD c varchar(10); ALTER TABLE orders ALTER c TYPE text",
    "CREATE TABLE n (id int, a int); ALTER TABLE n ALTER a TYPE bigint",
  ],
});
