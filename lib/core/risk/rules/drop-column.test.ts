import { testRule } from "../../../testing/rule-cases";

testRule("drop-column", {
  fires: [
    [
      "ALTER TABLE shop.orders DROP COLUMN note",
      { severity: "danger", destroys: ["shop.orders.note"], lock: "ACCESS EXCLUSIVE", line: 1 },
    ],
    ["ALTER TABLE a ADD b int, DROP c CASCADE", { destroys: ["a.c"] }],
    // Nobody knows whether the table was there before.
    ["CREATE TABLE IF NOT EXISTS n (id int); ALTER TABLE n DROP COLUMN a", { destroys: ["n.a"] }],
    ["CREATE TABLE IF NOT EXISTS n AS SELECT 1 AS id; ALTER TABLE n RENAME TO m; ALTER TABLE m DROP a", {}],
  ],
  quiet: [
    "CREATE TABLE n (id int, a int); ALTER TABLE n DROP COLUMN a",
    "DROP TABLE n; CREATE TABLE IF NOT EXISTS n (id int, a int); ALTER TABLE n DROP COLUMN a",
    "ALTER TABLE a ADD b int",
  ],
});
