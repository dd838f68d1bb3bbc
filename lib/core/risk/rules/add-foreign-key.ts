import { readColumn } from "../../sql/facts/columns";
import { names, relationName } from "../../sql/tree";
import { defineAlterTableRule } from "../rule";
import { notValidForm } from "./add-check";

export const addForeignKey = defineAlterTableRule({
  code: "add-foreign-key-without-not-valid",
  severity: "warning",
  effect: "blocks_writes",
  title: "The foreign key to {references} is checked under the lock",
  message:
    "ADD FOREIGN KEY looks up every row of {relation} under a SHARE ROW EXCLUSIVE lock on {relation} and {references}; nobody can write to either until it is done, and it fails when one row has no counterpart.",
  suggestion: "Add it as NOT VALID and validate it in a transaction of its own, which lets writes go on.",
  on: ["AT_AddConstraint", "AT_AddColumn"],
  check: (command, { statement }) => {
    const { def } = command;
    if (def && "ColumnDef" in def) {
      const column = readColumn(def.ColumnDef);
      // A new column without a default holds NULLs alone: nothing to look up.
      if (!column.foreign || !column.default) return [];
      return [{ lock: "SHARE ROW EXCLUSIVE", params: { references: relationName(column.foreign.pktable) } }];
    }
    if (!def || !("Constraint" in def) || def.Constraint.contype !== "CONSTR_FOREIGN") return [];
    const { skip_validation, is_enforced, conname, fk_attrs, pktable } = def.Constraint;
    if (skip_validation || is_enforced === false) return [];
    const fix = notValidForm(command, statement.text, conname, "fkey", names(fk_attrs).join("_"));
    return [
      { lock: "SHARE ROW EXCLUSIVE", params: { references: relationName(pktable) }, ...(fix ? { fix } : {}) },
    ];
  },
});
