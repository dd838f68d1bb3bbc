import { testRule } from "../../../testing/rule-cases";

testRule("revoke-rights", {
  fires: [
    ["REVOKE SELECT ON orders FROM app", { params: { role: "app", object: "orders" } }],
    ["REVOKE SELECT ON orders FROM PUBLIC"],
  ],
  quiet: [
    "GRANT SELECT ON orders TO app",
    "REVOKE ALL ON FUNCTION f() FROM PUBLIC",
    "CREATE TABLE n (id int, a int); REVOKE ALL ON n FROM app",
  ],
});

testRule("drop-role", {
  fires: [["DROP ROLE app", { params: { role: "app" } }]],
  quiet: ["CREATE ROLE app"],
});
