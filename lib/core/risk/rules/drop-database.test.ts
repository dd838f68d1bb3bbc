import { testRule } from "../../../testing/rule-cases";

testRule("drop-database", {
  fires: [["DROP DATABASE IF EXISTS chinook", { severity: "danger", destroys: ["chinook"] }]],
  quiet: ["CREATE DATABASE x"],
});
