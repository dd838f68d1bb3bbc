import { testRule } from "../../../testing/rule-cases";

testRule("add-foreign-key-without-not-valid", {
  fires: [
    [
      "ALTER TABLE o ADD FOREIGN KEY (c) REFERENCES shop.customer (id)",
      {
        effect: "blocks_writes",
        params: { relation: "o", references: "shop.customer" },
        fix: {
          ownMigration: true,
          sql: "-- dbmigrator: transaction=none\nALTER TABLE o ADD CONSTRAINT o_c_fkey FOREIGN KEY (c) REFERENCES shop.customer (id) NOT VALID;\nALTER TABLE o VALIDATE CONSTRAINT o_c_fkey;\n",
        },
      },
    ],
    ["ALTER TABLE o ADD CONSTRAINT f FOREIGN KEY (c) REFERENCES p ON DELETE CASCADE"],
    ["ALTER TABLE o ADD c int DEFAULT 1 REFERENCES p"],
  ],
  quiet: [
    "ALTER TABLE o ADD FOREIGN KEY (c) REFERENCES p NOT VALID",
    "ALTER TABLE o ADD c int REFERENCES p",
    "CREATE TABLE n (id int, a int); ALTER TABLE n ADD FOREIGN KEY (a) REFERENCES p",
  ],
});
