import { testRule } from "../../../testing/rule-cases";

testRule("add-required-column", {
  fires: [
    ["ALTER TABLE o ADD c int NOT NULL", { severity: "danger", effect: "may_fail" }],
    ["ALTER TABLE o ADD c int NOT NULL DEFAULT NULL"],
    ["ALTER TABLE o ADD c color NOT NULL", { severity: "warning" }],
  ],
  quiet: [
    "ALTER TABLE o ADD c int",
    "ALTER TABLE o ADD c int NOT NULL DEFAULT 0",
    "ALTER TABLE o ADD c int GENERATED ALWAYS AS IDENTITY NOT NULL",
    "ALTER TABLE o ADD c serial PRIMARY KEY",
    "CREATE TABLE n (id int, a int); ALTER TABLE n ADD c int NOT NULL",
  ],
});
