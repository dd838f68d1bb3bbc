import { nameParts, relationName } from "../../sql/tree";
import { defineRule } from "../rule";

export const setSchema = defineRule({
  code: "set-schema",
  severity: "warning",
  effect: "breaks_clients",
  title: "Moving {object} to the schema {schema} breaks running code",
  message:
    "SET SCHEMA needs an ACCESS EXCLUSIVE lock on a table for a moment; from then on, code that finds {object} in its old schema fails.",
  suggestion: "Leave a view under the old name until nothing uses it any more.",
  on: "AlterObjectSchemaStmt",
  check: (stmt, { knowledge }) => {
    const relation = relationName(stmt.relation);
    const object = relation || nameParts(stmt.object).join(".");
    if (knowledge.isFresh(object) || stmt.objectType === "OBJECT_EXTENSION") return [];
    const params = { object, schema: stmt.newschema ?? "" };
    return [relation ? { relation, lock: "ACCESS EXCLUSIVE", params } : { params }];
  },
});
