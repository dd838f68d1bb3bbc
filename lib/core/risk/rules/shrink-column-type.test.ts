import { testRule } from "../../../testing/rule-cases";

testRule("shrink-column-type", {
  fires: [
    [
      "ALTER TABLE o ADD c varchar(20); ALTER TABLE o ALTER c TYPE varchar(10)",
      { params: { relation: "o", column: "c", type: "varchar(10)", from: "varchar(20)" } },
    ],
    ["ALTER TABLE o ADD c bigint; ALTER TABLE o ALTER c TYPE int"],
  ],
  quiet: ["ALTER TABLE o ADD c int; ALTER TABLE o ALTER c TYPE bigint", "ALTER TABLE o ALTER c TYPE int"],
});
