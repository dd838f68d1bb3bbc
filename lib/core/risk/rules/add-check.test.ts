import { testRule } from "../../../testing/rule-cases";

testRule("add-check-without-not-valid", {
  fires: [
    [
      'ALTER TABLE "Order" ADD CHECK (total > 0)',
      {
        fix: {
          ownMigration: true,
          sql: '-- dbmigrator: transaction=none\nALTER TABLE "Order" ADD CONSTRAINT "Order_check" CHECK (total > 0) NOT VALID;\nALTER TABLE "Order" VALIDATE CONSTRAINT "Order_check";\n',
        },
      },
    ],
    ["ALTER TABLE o ADD CONSTRAINT positive CHECK (total > 0)"],
    ["ALTER TABLE o ADD c int CHECK (c > 0)"],
  ],
  quiet: [
    "ALTER TABLE o ADD CHECK (total > 0) NOT VALID",
    "ALTER TABLE o ADD CHECK (total > 0) NOT ENFORCED",
    "CREATE TABLE n (id int, a int); ALTER TABLE n ADD CHECK (a > 0)",
  ],
});
