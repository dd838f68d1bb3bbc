import { testRule } from "../rule-cases";

testRule("validate-in-same-transaction", {
  fires: [
    [
      "ALTER TABLE o ADD CONSTRAINT k CHECK (c > 0) NOT VALID; ALTER TABLE o VALIDATE CONSTRAINT k",
      { statement: 2 },
    ],
    [
      "BEGIN; ALTER TABLE o ADD CONSTRAINT k CHECK (c > 0) NOT VALID; ALTER TABLE o VALIDATE CONSTRAINT k; COMMIT",
    ],
  ],
  quiet: [
    "ALTER TABLE o VALIDATE CONSTRAINT k",
    "BEGIN; ALTER TABLE o ADD CONSTRAINT k CHECK (c > 0) NOT VALID; COMMIT; BEGIN; ALTER TABLE o VALIDATE CONSTRAINT k; COMMIT",
  ],
});
