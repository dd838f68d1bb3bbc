import { addColumnRewrites, readColumn } from "../../sql/facts/columns";
import { defineAlterTableRule } from "../rule";

export const addRequiredColumn = defineAlterTableRule({
  code: "add-required-column",
  severity: "danger",
  effect: "may_fail",
  title: "{column} is required, and existing rows have no value for it",
  message:
    "ADD COLUMN … NOT NULL without a default fails on a table that has rows, and running code that does not know {column} can no longer insert into {relation}.",
  suggestion:
    "Give it a constant default (no rewrite is needed), or add it without NOT NULL, fill it in batches, and require it later.",
  on: ["AT_AddColumn"],
  check: ({ def }) => {
    if (!def || !("ColumnDef" in def)) return [];
    const column = readColumn(def.ColumnDef);
    const filled = column.default || column.generated || column.identity || column.isSerial;
    if (filled || !(column.notNull || column.primary)) return [];
    const maybeDomain = addColumnRewrites(def.ColumnDef).because === "domain";
    return [
      {
        lock: "ACCESS EXCLUSIVE",
        params: { column: column.name },
        severity: maybeDomain ? "warning" : "danger",
      },
    ];
  },
});
