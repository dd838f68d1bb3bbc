import { testRule } from "../../../testing/rule-cases";

testRule("drop-schema", {
  fires: [
    ["DROP SCHEMA shop CASCADE", { severity: "danger", destroys: ["shop"] }],
    ["DROP SCHEMA shop", { severity: "notice", effect: "may_fail" }],
  ],
  quiet: ["CREATE SCHEMA shop"],
});
