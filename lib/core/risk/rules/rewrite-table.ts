import { defineAlterTableRule } from "../rule";

const WORDS: Record<string, string> = {
  AT_SetLogged: "SET LOGGED",
  AT_SetUnLogged: "SET UNLOGGED",
  AT_SetTableSpace: "SET TABLESPACE",
  AT_SetAccessMethod: "SET ACCESS METHOD",
  AT_SetExpression: "SET EXPRESSION",
};

export const rewriteTable = defineAlterTableRule({
  code: "rewrite-table",
  severity: "danger",
  effect: "blocks_reads_and_writes",
  title: "{what} writes {relation} anew",
  message:
    "{what} copies the whole of {relation} under an ACCESS EXCLUSIVE lock; nobody can read or write it until the copy is done.",
  suggestion: "Do it in a window without traffic, or fill a new table in batches and swap the names.",
  on: Object.keys(WORDS),
  check: ({ subtype }) => [{ lock: "ACCESS EXCLUSIVE", params: { what: WORDS[subtype] ?? subtype } }],
});
