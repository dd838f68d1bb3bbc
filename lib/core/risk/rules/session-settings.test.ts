import { testRule } from "../../../testing/rule-cases";

testRule("unbounded-wait", {
  fires: [
    ["SET lock_timeout = 0", { params: { setting: "lock_timeout" } }],
    ["SET lock_timeout = '0s'"],
    ["RESET lock_timeout"],
  ],
  quiet: ["SET lock_timeout = '2s'", "SET statement_timeout = 0"],
});

testRule("set-role", {
  fires: [["SET ROLE app", { severity: "notice" }]],
  quiet: ["SET LOCAL ROLE app", "RESET ROLE"],
});
