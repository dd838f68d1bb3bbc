import { defineOperation } from "../define";
import { scopeOfTarget } from "../project/find";
import { describeIntent, executeSql } from "./execute";
import { RunSqlInput } from "./fields";

/**
 * Queries in a read-only transaction that is rolled back. What functions do beyond a transaction (other sessions,
 * files of the server) depends on the rights of the target's role: give it no more than it needs.
 */
export const readSql = defineOperation({
  name: "sql.read",
  permission: "sql.read",
  input: RunSqlInput,
  audit: "target",
  intent: describeIntent,
  scope: ({ db, input }) => scopeOfTarget(db, input.targetId),
  run: ({ ctx, input, scope }) => executeSql({ ctx, input, scope, mode: "read", end: "read_only" }),
  failed: ({ failure }) => failure !== null,
});

/** Any statements in one transaction that is committed when none of them fails. */
export const writeSql = defineOperation({
  name: "sql.write",
  permission: "sql.write",
  input: RunSqlInput,
  audit: "target",
  intent: describeIntent,
  scope: ({ db, input }) => scopeOfTarget(db, input.targetId),
  run: ({ ctx, input, scope }) => executeSql({ ctx, input, scope, mode: "write", end: "commit" }),
  failed: ({ failure }) => failure !== null,
});
