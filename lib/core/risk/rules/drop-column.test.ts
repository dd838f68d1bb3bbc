import { testRule } from "../../../testing/rule-cases";

testRule("drop-column", {
  fires: [
    [
      "ALTER TABLE shop.orders DROP COLUMN note",
      { severity: "danger", destroys: ["shop.orders.note"], lock: "ACCESS EXCLUSIVE", line: 1 },
    ],
    ["ALTER TABLE a ADD b int, DROP c CASCADE", { destroys: ["a.c"] }],
  ],
  quiet: ["CREATE TABLE n (id int, a int); ALTER TABLE n DROP COLUMN a", "ALTER TABLE a ADD b int"],
});
