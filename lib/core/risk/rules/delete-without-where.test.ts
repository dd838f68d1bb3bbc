import { testRule } from "../../../testing/rule-cases";

testRule("delete-without-where", {
  fires: [
    ["DELETE FROM orders", { destroys: ["orders"] }],
    ["DELETE FROM orders WHERE true", { destroys: ["orders"] }],
    ["DELETE FROM orders WHERE 1 = 1"],
    [
      "WITH moved AS (DELETE FROM orders RETURNING *) INSERT INTO archive SELECT * FROM moved",
      { relation: "orders", destroys: ["orders"] },
    ],
  ],
  quiet: [
    "DELETE FROM orders WHERE id = 1",
    "DELETE FROM orders WHERE 1 = 2",
    "DELETE FROM orders WHERE gone = gone",
    "WITH moved AS (DELETE FROM orders WHERE id = 1 RETURNING *) SELECT * FROM moved",
    "CREATE FUNCTION f() RETURNS void BEGIN ATOMIC DELETE FROM orders; END",
    "DELETE FROM a USING b WHERE a.id = b.id",
    "CREATE TABLE n (id int, a int); DELETE FROM n",
  ],
});
