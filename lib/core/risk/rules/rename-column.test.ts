import { testRule } from "../../../testing/rule-cases";

testRule("rename-column", {
  fires: [
    [
      "ALTER TABLE orders RENAME note TO remark",
      { params: { relation: "orders", from: "note", to: "remark" } },
    ],
  ],
  quiet: [
    "CREATE TABLE n (id int, a int); ALTER TABLE n RENAME a TO b",
    "ALTER TABLE orders RENAME CONSTRAINT a TO b",
  ],
});
