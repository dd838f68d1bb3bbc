import { defineAlterTableRule } from "../rule";

export const dropNotNull = defineAlterTableRule({
  code: "drop-not-null",
  severity: "notice",
  effect: "breaks_clients",
  title: "{column} may be NULL from now on",
  message:
    "DROP NOT NULL needs an ACCESS EXCLUSIVE lock on {relation} for a moment. Code that reads {relation}.{column} must be ready for NULL, and the constraint does not come back by itself once rows hold one.",
  suggestion: "Release the application that copes with NULL first.",
  on: ["AT_DropNotNull"],
  check: ({ name }) => [{ lock: "ACCESS EXCLUSIVE", params: { column: name } }],
});

export const dropConstraint = defineAlterTableRule({
  code: "drop-constraint",
  severity: "notice",
  effect: "breaks_clients",
  title: "{constraint} no longer guards {relation}",
  message:
    "DROP CONSTRAINT needs an ACCESS EXCLUSIVE lock on {relation}, and for a foreign key on the table it points at, for a moment. Rows that break the rule can be written from then on, and then it cannot be added again without cleaning up.",
  on: ["AT_DropConstraint"],
  check: ({ relation, name, cascade }, { knowledge }) => {
    if (knowledge.hasAdded(relation, name)) return [];
    const severity = cascade ? { severity: "warning" as const } : {};
    return [{ lock: "ACCESS EXCLUSIVE", params: { constraint: name }, ...severity }];
  },
});

export const disableRowSecurity = defineAlterTableRule({
  code: "disable-row-security",
  severity: "danger",
  effect: "breaks_clients",
  title: "Everyone with rights on {relation} sees all its rows",
  message:
    "Without row-level security (or without FORCE, for the owner) the policies of {relation} no longer hide or protect any row.",
  suggestion: "Change the policies instead of switching them off.",
  on: ["AT_DisableRowSecurity", "AT_NoForceRowSecurity"],
  check: ({ subtype }) => [
    {
      lock: "ACCESS EXCLUSIVE",
      ...(subtype === "AT_NoForceRowSecurity" ? { severity: "warning" as const } : {}),
    },
  ],
});

export const enableRowSecurity = defineAlterTableRule({
  code: "enable-row-security",
  severity: "notice",
  effect: "breaks_clients",
  title: "Only rows that a policy allows are there on {relation}",
  message:
    "From now on the policies of {relation} decide which rows others than the owner (with FORCE: the owner too) read and write; where none allows it, they see no row, and there is no error.",
  suggestion: "Write the policies in the same transaction, for every role that uses the table.",
  on: ["AT_EnableRowSecurity", "AT_ForceRowSecurity"],
  check: () => [{ lock: "ACCESS EXCLUSIVE" }],
});

export const disableTrigger = defineAlterTableRule({
  code: "disable-trigger",
  severity: "warning",
  effect: "breaks_clients",
  title: "Triggers of {relation} no longer run",
  message:
    "DISABLE TRIGGER (SHARE ROW EXCLUSIVE lock, writes wait) switches off what the triggers of {relation} guarantee; with ALL that includes its foreign keys. Rows written meanwhile are never checked again.",
  suggestion: "Enable them again in the same transaction, and check the rows written in between.",
  on: ["AT_DisableTrig", "AT_DisableTrigAll", "AT_DisableTrigUser"],
  check: () => [{ lock: "SHARE ROW EXCLUSIVE" }],
});
