import type { Node } from "../../sql/parser";
import { constraintName, separateSteps } from "../rewrite";
import { type AlterCommand, defineAlterTableRule, quoteName } from "../rule";

export const addCheck = defineAlterTableRule({
  code: "add-check-without-not-valid",
  severity: "warning",
  effect: "blocks_reads_and_writes",
  title: "{relation} is read through while the new check is validated",
  message:
    "ADD CONSTRAINT … CHECK reads all rows of {relation} under an ACCESS EXCLUSIVE lock; nobody can read or write the table meanwhile, and it fails when a row breaks the rule.",
  suggestion:
    "Add it as NOT VALID and validate it in a transaction of its own, which only takes a SHARE UPDATE EXCLUSIVE lock.",
  on: ["AT_AddConstraint", "AT_AddColumn"],
  check: (command, input) => {
    const check = checkOf(command.def);
    if (!check || check.skip_validation || check.is_enforced === false) return [];
    const isColumn = command.subtype === "AT_AddColumn";
    const fix = isColumn ? null : notValidForm(command, input.statement.text, check.conname, "check");
    return [{ lock: "ACCESS EXCLUSIVE", ...(fix ? { fix } : {}) }];
  },
});

function checkOf(def: Node | undefined) {
  if (def && "Constraint" in def && def.Constraint.contype === "CONSTR_CHECK") return def.Constraint;
  if (!def || !("ColumnDef" in def)) return null;
  const found = (def.ColumnDef.constraints ?? []).find(
    (node) => "Constraint" in node && node.Constraint.contype === "CONSTR_CHECK",
  );
  return found && "Constraint" in found ? found.Constraint : null;
}

/** The same constraint as NOT VALID, validated in a second step; only for a statement that does nothing else. */
export function notValidForm(
  command: AlterCommand,
  text: string,
  name: string | undefined,
  kind: "check" | "fkey",
  columns = "",
): { sql: string; ownMigration: true } | null {
  if (!command.alone) return null;
  const named = name ?? constraintName(command.relation, columns, kind);
  // An unnamed constraint gets a name, for its validation has to say one.
  const add = name
    ? text
    : text.replace(/\bADD\s+(?=(?:CHECK|FOREIGN)\b)/i, `ADD CONSTRAINT ${quoteName(named)} `);
  if (!name && add === text) return null;
  return {
    sql: separateSteps([
      `${add} NOT VALID`,
      `ALTER TABLE ${command.sql} VALIDATE CONSTRAINT ${quoteName(named)}`,
    ]),
    ownMigration: true,
  };
}
