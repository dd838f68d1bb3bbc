import { testRule } from "../../../testing/rule-cases";

testRule("lock-table", {
  fires: [
    ["LOCK TABLE o", { effect: "blocks_reads_and_writes", lock: "ACCESS EXCLUSIVE" }],
    ["LOCK o IN SHARE MODE", { effect: "blocks_writes" }],
  ],
  quiet: ["LOCK TABLE o IN ROW EXCLUSIVE MODE", "CREATE TABLE n (id int, a int); LOCK n"],
});
