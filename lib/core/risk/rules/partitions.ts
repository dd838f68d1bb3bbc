import { relationName } from "../../sql/tree";
import { defineAlterTableRule } from "../rule";

export const detachPartition = defineAlterTableRule({
  code: "detach-partition-without-concurrently",
  severity: "warning",
  effect: "blocks_reads_and_writes",
  title: "Detaching {partition} locks the whole of {relation}",
  message:
    "DETACH PARTITION needs an ACCESS EXCLUSIVE lock on {relation} and {partition}; while it waits and works, nobody can read or write any partition through {relation}.",
  suggestion:
    "Use DETACH PARTITION … CONCURRENTLY in a migration of its own; it cannot run in a transaction, nor with a default partition.",
  on: ["AT_DetachPartition"],
  check: ({ def }, { statement }) => {
    if (!def || !("PartitionCmd" in def) || def.PartitionCmd.concurrent) return [];
    const fix = { sql: `${statement.text} CONCURRENTLY;\n`, ownMigration: true };
    return [{ lock: "ACCESS EXCLUSIVE", params: { partition: relationName(def.PartitionCmd.name) }, fix }];
  },
});

export const attachPartition = defineAlterTableRule({
  code: "attach-partition",
  severity: "notice",
  effect: "blocks_reads_and_writes",
  title: "{partition} is read through while it is attached",
  message:
    "ATTACH PARTITION reads all rows of {partition} under an ACCESS EXCLUSIVE lock on it, unless a CHECK constraint already proves that they belong there; a default partition is read too.",
  suggestion: "Add that CHECK constraint as NOT VALID and validate it before, and drop it afterwards.",
  on: ["AT_AttachPartition"],
  check: ({ def }, { knowledge }) => {
    // An index of a partition has no bound, and nothing to be read.
    if (!def || !("PartitionCmd" in def) || !def.PartitionCmd.bound) return [];
    const partition = relationName(def.PartitionCmd.name);
    return knowledge.isFresh(partition) ? [] : [{ lock: "ACCESS EXCLUSIVE", params: { partition } }];
  },
});
