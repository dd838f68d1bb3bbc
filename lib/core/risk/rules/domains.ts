import { names } from "../../sql/tree";
import { defineRule } from "../rule";

export const domainConstraint = defineRule({
  code: "domain-constraint",
  severity: "warning",
  effect: "blocks_writes",
  title: "Every table that uses {domain} is read through",
  message:
    "Adding a constraint to a domain reads all rows of every table with a column of {domain} under SHARE locks, which stop writes, and fails when one value breaks the rule.",
  suggestion:
    "Add it as NOT VALID and run ALTER DOMAIN … VALIDATE CONSTRAINT apart, or use CHECK constraints of the tables.",
  on: "AlterDomainStmt",
  check: (stmt, { knowledge }) => {
    const domain = names(stmt.typeName).join(".");
    const notValid = stmt.def && "Constraint" in stmt.def && stmt.def.Constraint.skip_validation;
    const adds = stmt.subtype === "C" || stmt.subtype === "O";
    return !adds || notValid || knowledge.isFreshType(domain) ? [] : [{ params: { domain } }];
  },
});
