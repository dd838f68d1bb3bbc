import { nameParts } from "../../sql/tree";
import { defineRule } from "../rule";

export const dropSchema = defineRule({
  code: "drop-schema",
  severity: "danger",
  effect: "loses_data",
  title: "Dropping the schema {schema} loses what is in it",
  message:
    "DROP SCHEMA … CASCADE removes every table, view, type and function of {schema}, each under an ACCESS EXCLUSIVE lock; without CASCADE it fails unless the schema is empty.",
  suggestion: "Drop the objects by name, so that the review shows what goes, and then the empty schema.",
  on: "DropStmt",
  check: (stmt) => {
    if (stmt.removeType !== "OBJECT_SCHEMA") return [];
    const cascades = stmt.behavior === "DROP_CASCADE";
    return (stmt.objects ?? []).map((object) => {
      const schema = nameParts(object).join(".");
      if (cascades) return { params: { schema }, destroys: [schema] };
      return { params: { schema }, severity: "notice" as const, effect: "may_fail" as const };
    });
  },
});
