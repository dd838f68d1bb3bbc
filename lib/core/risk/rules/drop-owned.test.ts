import { testRule } from "../../../testing/rule-cases";

testRule("drop-owned", {
  fires: [["DROP OWNED BY app", { destroys: ["app"] }]],
  quiet: ["REASSIGN OWNED BY app TO other"],
});
