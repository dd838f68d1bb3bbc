import { testRule } from "../../../testing/rule-cases";

testRule("truncate-cascade", {
  fires: [["TRUNCATE a CASCADE", { severity: "danger" }]],
  quiet: ["TRUNCATE a"],
});
