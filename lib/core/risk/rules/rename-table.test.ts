import { testRule } from "../../../testing/rule-cases";

testRule("rename-table", {
  fires: [
    ["ALTER TABLE orders RENAME TO purchases", { relation: "orders" }],
    ["ALTER SCHEMA shop RENAME TO store", { params: { from: "shop", to: "store" } }],
    ["ALTER TYPE color RENAME TO colour"],
  ],
  quiet: ["CREATE TABLE n (id int, a int); ALTER TABLE n RENAME TO m", "ALTER INDEX i RENAME TO j"],
});
