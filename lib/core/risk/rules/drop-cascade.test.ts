import { testRule } from "../../../testing/rule-cases";

testRule("drop-cascade", {
  fires: [
    ["DROP TYPE color CASCADE", { severity: "danger" }],
    ["DROP VIEW v CASCADE", { severity: "warning" }],
  ],
  quiet: ["DROP TYPE color", "DROP SCHEMA s CASCADE", "CREATE TABLE n (id int, a int); DROP TABLE n CASCADE"],
});
