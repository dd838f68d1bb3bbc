import { testRule } from "../../../testing/rule-cases";

testRule("drop-table", {
  fires: [
    ["DROP TABLE IF EXISTS orders", { severity: "danger", destroys: ["orders"] }],
    ["CREATE TABLE IF NOT EXISTS n (id int); DROP TABLE n", { destroys: ["n"] }],
    ["DROP MATERIALIZED VIEW m", { severity: "warning", effect: "breaks_clients" }],
  ],
  quiet: ["CREATE TABLE n (id int, a int); DROP TABLE n", "DROP VIEW v", "DROP INDEX i"],
});
