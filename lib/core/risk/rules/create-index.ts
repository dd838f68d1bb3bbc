import { relationName } from "../../sql/tree";
import { insertAfter } from "../rewrite";
import { defineRule } from "../rule";

export const createIndex = defineRule({
  code: "create-index-without-concurrently",
  severity: "danger",
  effect: "blocks_writes",
  title: "The index is built while {relation} is locked",
  message:
    "CREATE INDEX takes a SHARE lock on {relation}: reads go on, but nobody can insert, update or delete until the index is built.",
  suggestion: "Use CREATE INDEX CONCURRENTLY in a migration of its own; it cannot run in a transaction.",
  on: "IndexStmt",
  check: (stmt, { knowledge, statement }) => {
    const relation = relationName(stmt.relation);
    // ON ONLY makes an empty index of a partitioned table, the first step of doing it right.
    if (stmt.concurrent || knowledge.isFresh(relation) || !stmt.relation?.inh) return [];
    const sql = insertAfter(statement.text, /^create\s+(?:unique\s+)?index/i, "CONCURRENTLY");
    return [
      {
        relation,
        lock: "SHARE",
        params: { relation },
        ...(sql ? { fix: { sql: `${sql};\n`, ownMigration: true } } : {}),
      },
    ];
  },
});

export const uniqueIndexMayFail = defineRule({
  code: "unique-index-may-fail",
  severity: "notice",
  effect: "may_fail",
  title: "Fails when two rows of {relation} are alike",
  message:
    "The scratch copy has no rows, so that only the target can tell whether two are alike. With CONCURRENTLY a failure leaves an INVALID index behind, which slows every write and is used by no query.",
  suggestion:
    "Look for such rows first: SELECT its columns, count(*) … GROUP BY its columns HAVING count(*) > 1.",
  on: "IndexStmt",
  check: (stmt, { knowledge }) => {
    const relation = relationName(stmt.relation);
    if (!stmt.unique || !stmt.relation?.inh || knowledge.isFresh(relation)) return [];
    return [{ relation, params: { relation } }];
  },
});

export const indexMayBeInvalid = defineRule({
  code: "concurrent-index-if-not-exists",
  severity: "notice",
  effect: "may_fail",
  title: "IF NOT EXISTS skips an index that was left invalid",
  message:
    "When CREATE INDEX CONCURRENTLY is interrupted, an INVALID index stays behind under the same name; with IF NOT EXISTS the next attempt takes it for done, and no query ever uses it.",
  suggestion: "Put DROP INDEX CONCURRENTLY IF EXISTS before it and leave IF NOT EXISTS out.",
  on: "IndexStmt",
  check: (stmt) =>
    stmt.concurrent && stmt.if_not_exists
      ? [{ relation: relationName(stmt.relation), params: { index: stmt.idxname ?? "" } }]
      : [],
});
