import { testRule } from "../../../testing/rule-cases";

testRule("concurrently-in-transaction", {
  fires: [["BEGIN; CREATE INDEX CONCURRENTLY i ON o (a); COMMIT", { statement: 2 }]],
  quiet: ["CREATE INDEX CONCURRENTLY i ON o (a)", "BEGIN; SELECT 1; COMMIT; VACUUM o"],
});

testRule("transaction-left-open", {
  fires: [
    ["BEGIN; SELECT 1", { statement: 1 }],
    ["BEGIN; COMMIT; START TRANSACTION; SELECT 1", { statement: 3 }],
  ],
  quiet: ["BEGIN; SELECT 1; COMMIT", "BEGIN; SELECT 1; ROLLBACK", "BEGIN; SAVEPOINT a; ROLLBACK TO a; END"],
});

testRule("transaction-nesting", {
  fires: [
    ["BEGIN; BEGIN; COMMIT", { statement: 2 }],
    ["SELECT 1; COMMIT", { statement: 2 }],
  ],
  quiet: ["BEGIN; COMMIT; BEGIN; ROLLBACK"],
});
