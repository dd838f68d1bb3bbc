import { typeText } from "../../sql/facts/knowledge";
import { typeChangeNarrows } from "../../sql/facts/type-change";
import { defineAlterTableRule } from "../rule";

export const shrinkColumnType = defineAlterTableRule({
  code: "shrink-column-type",
  severity: "warning",
  effect: "may_fail",
  title: "Values of {column} may not fit {type}",
  message:
    "Going from {from} to {type} leaves less room: the statement fails as soon as one row of {relation} does not fit, or rounds its value.",
  suggestion:
    "Look for values that are too long or too large first, and add a CHECK constraint as NOT VALID instead of a smaller type.",
  on: ["AT_AlterColumnType"],
  check: ({ relation, name, def }, { knowledge }) => {
    if (!def || !("ColumnDef" in def) || !def.ColumnDef.typeName) return [];
    const from = knowledge.columnType(relation, name);
    const type = typeText(def.ColumnDef.typeName);
    return from && typeChangeNarrows(from, type) ? [{ params: { column: name, from, type } }] : [];
  },
});
