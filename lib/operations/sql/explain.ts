import { type PlanNode, readPlan } from "../../core/query/plan-tree";
import type { PostgresFailure } from "../../core/run/types";
import type { Statement } from "../../core/sql/types";
import type { ConsoleOutcome } from "../../postgres/console/run";
import { defineOperation } from "../define";
import { scopeOfTarget } from "../project/find";
import { describeIntent, executeSql } from "./execute";
import { RunSqlInput } from "./fields";

export interface Explained {
  text: string;
  nodes: PlanNode[];
  /** "Planning Time: 0.1 ms" and the like. */
  summary: string[];
  failure: PostgresFailure | null;
  durationMs: number;
}

/** The plan of one statement, which is not executed. */
export const explainSql = defineOperation({
  name: "sql.explain",
  permission: "sql.read",
  input: RunSqlInput,
  audit: "target",
  intent: describeIntent,
  scope: ({ db, input }) => scopeOfTarget(db, input.targetId),
  run: async ({ ctx, input, scope }) =>
    toPlan(
      await executeSql({
        ctx,
        scope,
        input: { ...input, rows: PLAN_ROWS },
        mode: "explain",
        end: "read_only",
        rewrite: explainWith("EXPLAIN "),
      }),
    ),
  failed: ({ failure }) => failure !== null,
});

/**
 * The plan with what it took. The statement is executed and its changes are rolled back; what a rollback does not
 * take back (sequences, calls to other systems) stays, so it needs the right to write.
 */
export const explainAnalyzeSql = defineOperation({
  name: "sql.explain_analyze",
  permission: "sql.write",
  input: RunSqlInput,
  audit: "target",
  intent: describeIntent,
  scope: ({ db, input }) => scopeOfTarget(db, input.targetId),
  run: async ({ ctx, input, scope }) =>
    toPlan(
      await executeSql({
        ctx,
        scope,
        input: { ...input, rows: PLAN_ROWS },
        mode: "explain_analyze",
        end: "rollback",
        rewrite: explainWith("EXPLAIN (ANALYZE, BUFFERS) "),
      }),
    ),
  failed: ({ failure }) => failure !== null,
});

/** Lines of a plan. */
const PLAN_ROWS = 5000;

/** The prefix stays on the statement's first line, so that only that line's columns move. */
function explainWith(prefix: string): (statement: Statement) => Statement {
  return (statement) => ({
    ...statement,
    text: prefix + statement.text,
    column: Math.max(1, statement.column - prefix.length),
  });
}

function toPlan(outcome: ConsoleOutcome): Explained {
  const lines = (outcome.results[0]?.rows ?? []).map((row) => row[0] ?? "");
  return {
    text: lines.join("\n"),
    ...readPlan(lines),
    failure: outcome.failure,
    durationMs: outcome.durationMs,
  };
}
