import { addColumnRewrites } from "../../sql/facts/columns";
import { defineAlterTableRule } from "../rule";

export const addColumnVolatileDefault = defineAlterTableRule({
  code: "add-column-volatile-default",
  severity: "danger",
  effect: "blocks_reads_and_writes",
  title: "The default of {column} is computed for every row",
  message:
    "A default that may differ from row to row (or a function that PostgreSQL cannot take for constant) makes ADD COLUMN write all of {relation} anew under an ACCESS EXCLUSIVE lock; nobody can read or write it until it is done.",
  suggestion:
    "Add the column without a default, then SET DEFAULT for new rows, and fill the old ones in batches.",
  on: ["AT_AddColumn"],
  check: ({ def }) => {
    if (!def || !("ColumnDef" in def)) return [];
    const { answer, because } = addColumnRewrites(def.ColumnDef);
    if (because !== "default") return [];
    const severity = answer === "yes" ? "danger" : "warning";
    return [{ lock: "ACCESS EXCLUSIVE", severity, params: { column: def.ColumnDef.colname ?? "" } }];
  },
});

export const addGeneratedColumn = defineAlterTableRule({
  code: "add-generated-column",
  severity: "danger",
  effect: "blocks_reads_and_writes",
  title: "Adding the computed column {column} rewrites {relation}",
  message:
    "A stored generated column, a serial or an identity gives every row a value: ADD COLUMN writes all of {relation} anew under an ACCESS EXCLUSIVE lock; nobody can read or write it until it is done.",
  suggestion:
    "Add a plain column, keep it up to date with a trigger or a sequence as its default, and fill the old rows in batches. From version 18 on, a VIRTUAL generated column needs no rewrite.",
  on: ["AT_AddColumn"],
  check: ({ def }) => {
    if (!def || !("ColumnDef" in def)) return [];
    const { because } = addColumnRewrites(def.ColumnDef);
    if (because !== "generated" && because !== "serial" && because !== "identity") return [];
    return [{ lock: "ACCESS EXCLUSIVE", params: { column: def.ColumnDef.colname ?? "" } }];
  },
});
