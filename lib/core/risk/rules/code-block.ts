import { codeOf } from "../../sql/refusals";
import { defineRule } from "../rule";

const LOSES = /\b(?:drop\s+(?:table|column|schema|materialized|type|domain)|truncate|delete\s+from)\b/i;
const CHANGES = /\b(?:alter|create|drop|execute|grant|revoke|update|insert)\b/i;

export const codeBlock = defineRule({
  code: "code-block",
  severity: "notice",
  effect: "may_fail",
  title: "What this block does shows only when it runs",
  message:
    "The code of a DO block is not looked into: its locks, and what it drops or deletes, are in no list above. The dry run on a copy shows what it does there.",
  suggestion: "Write the statements out, without DO, where nothing in them depends on a condition.",
  on: "DoStmt",
  check: (stmt) => {
    const code = (codeOf({ DoStmt: stmt }) ?? "").replace(/--[^\n]*|\/\*[\s\S]*?\*\//g, " ");
    if (LOSES.test(code)) return [{ severity: "warning", effect: "loses_data" }];
    return CHANGES.test(code) ? [{}] : [];
  },
});
