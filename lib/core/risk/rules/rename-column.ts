import { relationName } from "../../sql/tree";
import { defineRule } from "../rule";

export const renameColumn = defineRule({
  code: "rename-column",
  severity: "warning",
  effect: "breaks_clients",
  title: "Renaming {from} breaks running code",
  message:
    "RENAME COLUMN needs an ACCESS EXCLUSIVE lock on {relation} for a moment; from then on, code that still says {from} instead of {to} fails.",
  suggestion:
    "Add the new column, write both from the application, copy the values in batches, and drop the old one later.",
  on: "RenameStmt",
  check: (stmt, { knowledge }) => {
    const relation = relationName(stmt.relation);
    if (stmt.renameType !== "OBJECT_COLUMN" || knowledge.isFresh(relation)) return [];
    return [
      {
        relation,
        lock: "ACCESS EXCLUSIVE",
        params: { relation, from: stmt.subname ?? "", to: stmt.newname ?? "" },
      },
    ];
  },
});
