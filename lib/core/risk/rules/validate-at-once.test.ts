import { testRule } from "../../../testing/rule-cases";

testRule("validate-in-same-transaction", {
  fires: [
    [
      "VACUUM o; ALTER TABLE o ADD CONSTRAINT k CHECK (c > 0) NOT VALID; ALTER TABLE o VALIDATE CONSTRAINT k",
      { statement: 3 },
    ],
    [
      "ALTER TABLE o ADD CONSTRAINT k CHECK (c > 0) NOT VALID; ALTER TABLE o VALIDATE CONSTRAINT k",
      { statement: 2 },
    ],
    [
      "BEGIN; ALTER TABLE o ADD CONSTRAINT k CHECK (c > 0) NOT VALID; ALTER TABLE o VALIDATE CONSTRAINT k; COMMIT",
    ],
  ],
  quiet: [
    "ALTER TABLE o ADD CONSTRAINT k CHECK (c > 0) NOT VALID; VACUUM o; ALTER TABLE o VALIDATE CONSTRAINT k",
    "ALTER TABLE o VALIDATE CONSTRAINT k",
    "BEGIN; ALTER TABLE o ADD CONSTRAINT k CHECK (c > 0) NOT VALID; COMMIT; BEGIN; ALTER TABLE o VALIDATE CONSTRAINT k; COMMIT",
  ],
});
