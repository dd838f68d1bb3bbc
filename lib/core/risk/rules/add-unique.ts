import type { Node } from "../../sql/parser";
import { names } from "../../sql/tree";
import { constraintName, separateSteps } from "../rewrite";
import { type AlterCommand, defineAlterTableRule, quoteName } from "../rule";

interface ConstraintLike {
  contype?: string;
  conname?: string;
  indexname?: string;
  keys?: Node[];
  including?: Node[];
  options?: Node[];
  nulls_not_distinct?: boolean;
  deferrable?: boolean;
  without_overlaps?: boolean;
}

const SUGGESTION =
  "Build a unique index with CREATE UNIQUE INDEX CONCURRENTLY, then add the constraint with USING INDEX, which takes the lock only for a moment.";

export const addUnique = defineAlterTableRule({
  code: "add-unique-without-index",
  severity: "danger",
  effect: "blocks_reads_and_writes",
  title: "{relation} is locked while the unique index is built",
  message:
    "ADD … UNIQUE builds an index under an ACCESS EXCLUSIVE lock; nobody can read or write {relation} until it is done, and it fails when two rows are alike.",
  suggestion: SUGGESTION,
  on: ["AT_AddConstraint", "AT_AddColumn"],
  check: (command, { statement }) => indexHits(command, "CONSTR_UNIQUE", "UNIQUE", "key", statement.text),
});

export const addPrimaryKey = defineAlterTableRule({
  code: "add-primary-key",
  severity: "danger",
  effect: "blocks_reads_and_writes",
  title: "{relation} is locked while its primary key is built",
  message:
    "ADD PRIMARY KEY builds an index and looks for NULLs under an ACCESS EXCLUSIVE lock; nobody can read or write {relation} until it is done, and it fails when two rows are alike.",
  suggestion: SUGGESTION,
  on: ["AT_AddConstraint", "AT_AddColumn"],
  check: (command, { statement }) =>
    indexHits(command, "CONSTR_PRIMARY", "PRIMARY KEY", "pkey", statement.text),
});

export const addExclusion = defineAlterTableRule({
  code: "add-exclusion-constraint",
  severity: "danger",
  effect: "blocks_reads_and_writes",
  title: "{relation} is locked while its exclusion constraint is built",
  message:
    "ADD CONSTRAINT … EXCLUDE builds an index under an ACCESS EXCLUSIVE lock; nobody can read or write {relation} until it is done, and PostgreSQL has no gentler form.",
  suggestion:
    "Do it in a window without traffic, or fill a new table that has the constraint and swap the names.",
  on: ["AT_AddConstraint"],
  check: ({ def }) =>
    def && "Constraint" in def && def.Constraint.contype === "CONSTR_EXCLUSION"
      ? [{ lock: "ACCESS EXCLUSIVE" }]
      : [],
});

function indexHits(
  command: AlterCommand,
  contype: string,
  words: string,
  kind: "key" | "pkey",
  text: string,
) {
  const { def } = command;
  if (def && "ColumnDef" in def) {
    const found = (def.ColumnDef.constraints ?? []).some(
      (node) => "Constraint" in node && node.Constraint.contype === contype,
    );
    return found ? [{ lock: "ACCESS EXCLUSIVE" as const }] : [];
  }
  if (!def || !("Constraint" in def) || def.Constraint.contype !== contype || def.Constraint.indexname)
    return [];
  const fix = usingIndex(command, def.Constraint, words, kind, text);
  return [{ lock: "ACCESS EXCLUSIVE" as const, ...(fix ? { fix } : {}) }];
}

function usingIndex(
  command: AlterCommand,
  constraint: ConstraintLike,
  words: string,
  kind: "key" | "pkey",
  text: string,
) {
  const { keys, including, options, nulls_not_distinct, deferrable, without_overlaps, conname } = constraint;
  const special =
    including?.length || options?.length || nulls_not_distinct || deferrable || without_overlaps;
  if (!command.alone || special || /\bUSING\s+INDEX\b/i.test(text)) return null;
  const columns = names(keys);
  const name = quoteName(
    conname ?? constraintName(command.relation, kind === "pkey" ? "" : columns.join("_"), kind),
  );
  const sql = separateSteps([
    `CREATE UNIQUE INDEX CONCURRENTLY ${name} ON ${command.sql} (${columns.map(quoteName).join(", ")})`,
    `ALTER TABLE ${command.sql} ADD CONSTRAINT ${name} ${words} USING INDEX ${name}`,
  ]);
  return { sql, ownMigration: true };
}
