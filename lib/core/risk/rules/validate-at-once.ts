import { defineAlterTableRule } from "../rule";

export const validateAtOnce = defineAlterTableRule({
  code: "validate-in-same-transaction",
  severity: "warning",
  effect: "blocks_reads_and_writes",
  title: "{constraint} is validated under the lock that added it",
  message:
    "NOT VALID and VALIDATE CONSTRAINT stand in the same transaction, so {relation} is read through while the lock of ADD CONSTRAINT is still held: nothing is gained by NOT VALID.",
  suggestion:
    "Put VALIDATE CONSTRAINT into the next migration, or let each statement commit alone (-- dbmigrator: transaction=none).",
  on: ["AT_ValidateConstraint"],
  check: ({ relation, name }, { knowledge, transaction }) =>
    knowledge.addedNotValidIn(relation, name) === transaction.number
      ? [{ params: { constraint: name } }]
      : [],
});
