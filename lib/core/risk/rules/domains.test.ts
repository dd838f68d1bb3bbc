import { testRule } from "../../../testing/rule-cases";

testRule("domain-constraint", {
  fires: [
    ["ALTER DOMAIN d ADD CHECK (VALUE > 0)", { params: { domain: "d" } }],
    ["ALTER DOMAIN d SET NOT NULL"],
  ],
  quiet: [
    "ALTER DOMAIN d ADD CHECK (VALUE > 0) NOT VALID",
    "CREATE DOMAIN d AS int; ALTER DOMAIN d ADD CHECK (VALUE > 0)",
    "ALTER DOMAIN d DROP NOT NULL",
  ],
});
