import { nameParts } from "../../sql/tree";
import { defineRule } from "../rule";

/** CASCADE on a schema is drop-schema's; on a column or constraint, drop-column's and drop-constraint's. */
export const dropCascade = defineRule({
  code: "drop-cascade",
  severity: "danger",
  effect: "loses_data",
  title: "CASCADE drops more than {object}",
  message:
    "CASCADE also drops whatever depends on {object}: views, foreign keys, defaults, columns of a dropped type, each under an ACCESS EXCLUSIVE lock. What that is depends on the target at that moment.",
  suggestion: "Name each object that is to go in a statement of its own, without CASCADE.",
  on: "DropStmt",
  check: (stmt, { knowledge }) => {
    if (stmt.behavior !== "DROP_CASCADE" || stmt.removeType === "OBJECT_SCHEMA") return [];
    const objects = (stmt.objects ?? []).map((object) => nameParts(object).join("."));
    if (objects.every((object) => knowledge.isSurelyNew(object))) return [];
    const loses = ["OBJECT_TYPE", "OBJECT_DOMAIN", "OBJECT_EXTENSION", "OBJECT_TABLE"].includes(
      stmt.removeType ?? "",
    );
    const object = objects.join(", ");
    return [
      loses ? { params: { object } } : { params: { object }, severity: "warning", effect: "breaks_clients" },
    ];
  },
});
