import { nameParts, relationName } from "../../sql/tree";
import { defineRule } from "../rule";

const RELATIONS = [
  "OBJECT_TABLE",
  "OBJECT_VIEW",
  "OBJECT_MATVIEW",
  "OBJECT_FOREIGN_TABLE",
  "OBJECT_SEQUENCE",
];
const OTHERS = ["OBJECT_SCHEMA", "OBJECT_TYPE", "OBJECT_DOMAIN", "OBJECT_FUNCTION", "OBJECT_PROCEDURE"];

export const renameTable = defineRule({
  code: "rename-table",
  severity: "warning",
  effect: "breaks_clients",
  title: "Renaming {from} breaks running code",
  message:
    "From the moment of the renaming (under an ACCESS EXCLUSIVE lock when it is a table or view), code that still says {from} instead of {to} fails.",
  suggestion:
    "Rename and, in the same transaction, create a view (or another object) under the old name; drop that when nothing uses it any more.",
  on: "RenameStmt",
  check: (stmt, { knowledge }) => {
    const type = stmt.renameType ?? "";
    const to = stmt.newname ?? "";
    if (RELATIONS.includes(type)) {
      const from = relationName(stmt.relation);
      return knowledge.isFresh(from)
        ? []
        : [{ relation: from, lock: "ACCESS EXCLUSIVE", params: { from, to } }];
    }
    if (!OTHERS.includes(type)) return [];
    const from = stmt.subname ?? nameParts(stmt.object).join(".");
    return knowledge.isFreshType(from) ? [] : [{ params: { from, to } }];
  },
});
