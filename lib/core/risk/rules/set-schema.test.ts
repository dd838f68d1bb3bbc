import { testRule } from "../../../testing/rule-cases";

testRule("set-schema", {
  fires: [["ALTER TABLE orders SET SCHEMA shop", { relation: "orders" }]],
  quiet: ["CREATE TABLE n (id int, a int); ALTER TABLE n SET SCHEMA shop"],
});
