import { testRule } from "../../../testing/rule-cases";

testRule("drop-not-null", {
  fires: [["ALTER TABLE o ALTER c DROP NOT NULL", { severity: "notice" }]],
  quiet: ["ALTER TABLE o ALTER c SET NOT NULL"],
});

testRule("drop-constraint", {
  fires: [
    ["ALTER TABLE o DROP CONSTRAINT k", { severity: "notice" }],
    ["ALTER TABLE o DROP CONSTRAINT k CASCADE", { severity: "warning" }],
  ],
  quiet: ["ALTER TABLE o ADD CONSTRAINT k CHECK (a > 0) NOT VALID; ALTER TABLE o DROP CONSTRAINT k"],
});

testRule("disable-row-security", {
  fires: [
    ["ALTER TABLE o DISABLE ROW LEVEL SECURITY", { severity: "danger" }],
    ["ALTER TABLE o NO FORCE ROW LEVEL SECURITY", { severity: "warning" }],
  ],
  quiet: ["ALTER TABLE o ENABLE ROW LEVEL SECURITY"],
});

testRule("enable-row-security", {
  fires: [
    ["ALTER TABLE o ENABLE ROW LEVEL SECURITY", { severity: "notice" }],
    ["ALTER TABLE o FORCE ROW LEVEL SECURITY"],
  ],
  quiet: ["CREATE TABLE o (id int); ALTER TABLE o ENABLE ROW LEVEL SECURITY"],
});

testRule("disable-trigger", {
  fires: [["ALTER TABLE o DISABLE TRIGGER ALL"]],
  quiet: ["ALTER TABLE o ENABLE TRIGGER t"],
});
