import { testRule } from "../../../testing/rule-cases";

testRule("server-wide-change", {
  fires: [
    ["ALTER SYSTEM SET work_mem = '1GB'", { severity: "warning" }],
    ["CREATE DATABASE x"],
    ["CREATE ROLE app", { severity: "notice" }],
    ["ALTER DATABASE shop RENAME TO x"],
  ],
  quiet: ["SET work_mem = '1GB'", "DROP ROLE app", "CREATE TABLE x (a int)"],
});
