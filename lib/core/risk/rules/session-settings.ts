import { scalarText } from "../../sql/transaction-need";
import { defineRule } from "../rule";

export const unboundedWait = defineRule({
  code: "unbounded-wait",
  severity: "warning",
  effect: "blocks_reads_and_writes",
  title: "{setting} is switched off",
  message:
    "The runner bounds how long a statement waits for a lock, so that nobody queues behind it for long; {setting} = 0 takes that away for the rest of the script.",
  suggestion: "Take the line out, or set a limit with the directive lock-timeout or statement-timeout.",
  on: "VariableSetStmt",
  check: (stmt) => {
    if (stmt.name !== "lock_timeout") return [];
    const off =
      stmt.kind === "VAR_SET_DEFAULT" ||
      stmt.kind === "VAR_RESET" ||
      (stmt.args ?? []).some((arg) => /^0\s*\w*$/.test(scalarText(arg)));
    return off ? [{ params: { setting: stmt.name } }] : [];
  },
});

export const changedRole = defineRule({
  code: "set-role",
  severity: "notice",
  effect: "may_fail",
  title: "What follows runs as another role",
  message:
    "SET ROLE outlasts the statement: later statements run with its rights, and what they create belongs to it.",
  suggestion: "Use SET LOCAL ROLE, which ends with the transaction, or RESET ROLE at the end.",
  on: "VariableSetStmt",
  check: (stmt) => (stmt.name === "role" && stmt.kind === "VAR_SET_VALUE" && !stmt.is_local ? [{}] : []),
});
