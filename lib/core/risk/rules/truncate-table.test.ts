import { testRule } from "../../../testing/rule-cases";

testRule("truncate-table", {
  fires: [["TRUNCATE orders", { destroys: ["orders"], lock: "ACCESS EXCLUSIVE" }]],
  quiet: ["CREATE TABLE n (id int, a int); TRUNCATE n", "DELETE FROM orders"],
});
