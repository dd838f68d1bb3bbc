import type { Rule } from "../rule";

export const outsideInTransaction: Rule = {
  code: "concurrently-in-transaction",
  severity: "danger",
  effect: "may_fail",
  title: "This statement cannot run in a transaction",
  message:
    "PostgreSQL refuses it between BEGIN and COMMIT (25001), as it does every form with CONCURRENTLY, VACUUM, CREATE DATABASE and ALTER SYSTEM.",
  suggestion: "Take it out of BEGIN … COMMIT, into a migration of its own.",
  check: ({ statement, transaction }) => (statement.need === "outside" && transaction.own ? [{}] : []),
};

export const transactionLeftOpen: Rule = {
  code: "transaction-left-open",
  severity: "danger",
  effect: "may_fail",
  title: "This BEGIN has no COMMIT",
  message: "The transaction is still open at the end of the script, so its changes would be lost.",
  suggestion: "Add COMMIT, or take BEGIN out: the runner opens a transaction itself.",
  check: ({ transaction }) => (transaction.leftOpen ? [{}] : []),
};

export const transactionNesting: Rule = {
  code: "transaction-nesting",
  severity: "warning",
  effect: "may_fail",
  title: "BEGIN and COMMIT do not pair",
  message:
    "BEGIN inside a transaction is ignored with a warning, and so is COMMIT or ROLLBACK outside of one: the statements around it do not commit together as it seems.",
  suggestion: "Take this statement out; use SAVEPOINT for a part that may be undone.",
  check: ({ transaction }) => (transaction.nested || transaction.orphan ? [{}] : []),
};
