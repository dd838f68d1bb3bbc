import { testRule } from "../../../testing/rule-cases";

testRule("rewrite-table", {
  fires: [
    ["ALTER TABLE o SET UNLOGGED", { params: { relation: "o", what: "SET UNLOGGED" } }],
    ["ALTER TABLE o SET TABLESPACE fast"],
    ["ALTER TABLE o SET ACCESS METHOD heap"],
  ],
  quiet: ["ALTER TABLE o SET (fillfactor = 80)", "CREATE TABLE n (id int, a int); ALTER TABLE n SET LOGGED"],
});
