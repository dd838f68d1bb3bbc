import { testRule } from "../../../testing/rule-cases";

testRule("update-without-where", {
  fires: [
    ["UPDATE orders SET total = 0", { effect: "blocks_writes" }],
    ["UPDATE orders SET total = 0 WHERE 'a' = 'a'"],
    [
      "WITH new AS (UPDATE orders SET total = 0 RETURNING id) SELECT count(*) FROM new",
      { relation: "orders" },
    ],
  ],
  quiet: [
    "UPDATE orders SET total = 0 WHERE id < 1000",
    "CREATE TABLE n (id int, a int); UPDATE n SET a = 1",
  ],
});
