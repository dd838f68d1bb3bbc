import { defineAlterTableRule } from "../rule";

export const dropColumn = defineAlterTableRule({
  code: "drop-column",
  severity: "danger",
  effect: "loses_data",
  title: "Dropping {column} loses its values",
  message:
    "DROP COLUMN needs an ACCESS EXCLUSIVE lock on {relation} for a moment, and the values of {relation}.{column} are gone. Running code that names the column fails from then on.",
  suggestion:
    "Release the application without the column first and drop it in a later migration, after a backup.",
  on: ["AT_DropColumn"],
  check: ({ relation, name }) => [
    { lock: "ACCESS EXCLUSIVE", params: { column: name }, destroys: [`${relation}.${name}`] },
  ],
});
