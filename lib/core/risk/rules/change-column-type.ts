import { typeText } from "../../sql/facts/knowledge";
import { typeChangeRewrites } from "../../sql/facts/type-change";
import { defineAlterTableRule } from "../rule";

export const changeColumnType = defineAlterTableRule({
  code: "change-column-type",
  severity: "danger",
  effect: "blocks_reads_and_writes",
  title: "Changing the type of {column} rewrites {relation}",
  message:
    "To change {column} to {type}, PostgreSQL writes every row and index of {relation} anew under an ACCESS EXCLUSIVE lock (unless the old type is stored in the same way), and nobody can read or write the table until it is done.",
  suggestion:
    "Add a column of the new type, keep it in step with a trigger, copy the values in batches, then swap the names.",
  on: ["AT_AlterColumnType"],
  check: ({ relation, name, def }, { knowledge }) => {
    if (!def || !("ColumnDef" in def) || !def.ColumnDef.typeName) return [];
    const type = typeText(def.ColumnDef.typeName);
    const rewrite = typeChangeRewrites(knowledge.columnType(relation, name), type, def.ColumnDef.raw_default);
    if (rewrite === "no") return [];
    return [
      {
        lock: "ACCESS EXCLUSIVE",
        params: { column: name, type },
        severity: rewrite === "yes" ? "danger" : "warning",
      },
    ];
  },
});
