import { constraintName, separateSteps } from "../rewrite";
import { defineAlterTableRule, quoteName } from "../rule";

export const setNotNull = defineAlterTableRule({
  code: "set-not-null",
  severity: "warning",
  effect: "blocks_reads_and_writes",
  title: "{relation} is read through while {column} becomes NOT NULL",
  message:
    "SET NOT NULL reads all rows of {relation} under an ACCESS EXCLUSIVE lock to look for NULLs, and nobody can read or write the table meanwhile; it fails when it finds one.",
  suggestion:
    "Add the constraint as NOT VALID, validate it in a transaction of its own (only SHARE UPDATE EXCLUSIVE), and then SET NOT NULL needs no scan.",
  on: ["AT_SetNotNull"],
  check: ({ relation, sql, name, alone }, { knowledge, serverVersion }) => {
    if (knowledge.provesNotNull(relation, name) || knowledge.mayProveNotNull(relation)) return [];
    const fix = alone
      ? { fix: { sql: safeForm(relation, sql, name, serverVersion), ownMigration: true } }
      : {};
    return [{ lock: "ACCESS EXCLUSIVE", params: { column: name }, ...fix }];
  },
});

function safeForm(relation: string, sql: string, column: string, serverVersion: number): string {
  const name = quoteName(constraintName(relation, column, "not_null"));
  const col = quoteName(column);
  if (serverVersion >= 18) {
    return separateSteps([
      `ALTER TABLE ${sql} ADD CONSTRAINT ${name} NOT NULL ${col} NOT VALID`,
      `ALTER TABLE ${sql} VALIDATE CONSTRAINT ${name}`,
    ]);
  }
  return separateSteps([
    `ALTER TABLE ${sql} ADD CONSTRAINT ${name} CHECK (${col} IS NOT NULL) NOT VALID`,
    `ALTER TABLE ${sql} VALIDATE CONSTRAINT ${name}`,
    `ALTER TABLE ${sql} ALTER COLUMN ${col} SET NOT NULL`,
    `ALTER TABLE ${sql} DROP CONSTRAINT ${name}`,
  ]);
}
