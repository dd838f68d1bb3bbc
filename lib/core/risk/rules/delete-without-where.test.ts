import { testRule } from "../../../testing/rule-cases";

testRule("delete-without-where", {
  fires: [["DELETE FROM orders", { destroys: ["orders"] }]],
  quiet: [
    "DELETE FROM orders WHERE id = 1",
    "DELETE FROM a USING b WHERE a.id = b.id",
    "CREATE TABLE n (id int, a int); DELETE FROM n",
  ],
});
