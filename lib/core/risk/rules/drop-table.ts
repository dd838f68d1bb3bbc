import { nameParts } from "../../sql/tree";
import { defineRule } from "../rule";

export const dropTable = defineRule({
  code: "drop-table",
  severity: "danger",
  effect: "loses_data",
  title: "Dropping {relation} loses all its rows",
  message:
    "DROP TABLE needs an ACCESS EXCLUSIVE lock on {relation} and on every table that its foreign keys point at, and all rows are gone. Running code that names the table fails from then on.",
  suggestion:
    "Release the application without the table first and drop it in a later migration, after a backup.",
  on: "DropStmt",
  check: (stmt, { knowledge }) => {
    if (!["OBJECT_TABLE", "OBJECT_MATVIEW", "OBJECT_FOREIGN_TABLE"].includes(stmt.removeType ?? ""))
      return [];
    return (stmt.objects ?? [])
      .map((object) => nameParts(object).join("."))
      .filter((relation) => !knowledge.isSurelyNew(relation))
      .map((relation) =>
        stmt.removeType === "OBJECT_TABLE"
          ? { relation, lock: "ACCESS EXCLUSIVE" as const, params: { relation }, destroys: [relation] }
          : // Its rows are kept elsewhere: in the tables that were queried, or on another server.
            {
              relation,
              lock: "ACCESS EXCLUSIVE" as const,
              params: { relation },
              severity: "warning" as const,
              effect: "breaks_clients" as const,
            },
      );
  },
});
