import { relationName } from "../../sql/tree";
import { LOCK_MODES } from "../../sql/types";
import { defineRule } from "../rule";

export const lockTable = defineRule({
  code: "lock-table",
  severity: "warning",
  effect: "blocks_writes",
  title: "LOCK TABLE keeps others from {relation}",
  message:
    "The {mode} lock on {relation} is held until the transaction ends, and everything that conflicts with it waits that long.",
  suggestion: "Leave the lock to the statement that needs it, or take the weakest mode that does.",
  on: "LockStmt",
  check: (stmt, { knowledge }) => {
    const mode = LOCK_MODES[(stmt.mode ?? 8) - 1] ?? "ACCESS EXCLUSIVE";
    // Up to ROW EXCLUSIVE, others can read and write.
    if (LOCK_MODES.indexOf(mode) <= LOCK_MODES.indexOf("SHARE UPDATE EXCLUSIVE")) return [];
    return (stmt.relations ?? [])
      .map((node) => ("RangeVar" in node ? relationName(node.RangeVar) : ""))
      .filter((relation) => !knowledge.isFresh(relation))
      .map((relation) => ({
        relation,
        lock: mode,
        effect: mode === "ACCESS EXCLUSIVE" ? "blocks_reads_and_writes" : "blocks_writes",
        params: { relation, mode },
      }));
  },
});
