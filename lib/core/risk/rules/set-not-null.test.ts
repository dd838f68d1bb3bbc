import { testRule } from "../../../testing/rule-cases";

testRule("set-not-null", {
  fires: [
    [
      "ALTER TABLE o ALTER c SET NOT NULL",
      {
        fix: {
          ownMigration: true,
          sql: "-- dbmigrator: transaction=none\nALTER TABLE o ADD CONSTRAINT o_c_not_null NOT NULL c NOT VALID;\nALTER TABLE o VALIDATE CONSTRAINT o_c_not_null;\n",
        },
      },
    ],
    ["ALTER TABLE o ADD d int, ALTER c SET NOT NULL"],
  ],
  quiet: [
    "ALTER TABLE o ADD CONSTRAINT k CHECK (c IS NOT NULL) NOT VALID; ALTER TABLE o VALIDATE CONSTRAINT k; ALTER TABLE o ALTER c SET NOT NULL",
    "ALTER TABLE o VALIDATE CONSTRAINT k; ALTER TABLE o ALTER c SET NOT NULL",
    "CREATE TABLE n (id int, a int); ALTER TABLE n ALTER a SET NOT NULL",
  ],
});
