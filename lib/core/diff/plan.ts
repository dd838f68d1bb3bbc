import type { FactId, Snapshot, Surroundings } from "../schema/types";
import type { Action } from "./actions";
import { buildActions } from "./build-actions";
import { type CompareOptions, compareSnapshots, type Difference } from "./compare";
import { decide } from "./decide";
import { lateActions } from "./late";
import { orderActions } from "./order";

export interface PlannedStatement {
  sql: string;
  verb: Action["verb"] | "prepare" | "finish";
  /** What it is about. */
  id: FactId;
  /** Rows or values that cannot come back. */
  losesData: boolean;
  /** A commit is needed after it before its result can be used (ALTER TYPE … ADD VALUE). */
  commitAfter: boolean;
}

export interface SchemaPlan {
  statements: PlannedStatement[];
  differences: Difference[];
}

/**
 * SQL that turns `from` into `to`, in an order in which every statement finds what it needs. Rows are kept: a table
 * or column that exists on both sides is altered, never dropped and made anew.
 */
export function planSchema(from: Snapshot, to: Snapshot, options: CompareOptions = {}): SchemaPlan {
  const around: Surroundings = { from, to };
  const differences = compareSnapshots(from, to, options);
  const decided = decide(differences, around);
  const ordered = orderActions(buildActions({ around, decided, options }));
  const { before, after } = lateActions(around, decided.gone, decided.born);
  const statements = [
    ...before.map((one) => ({ ...one, verb: "prepare" as const, losesData: false, commitAfter: false })),
    ...ordered.flatMap((action) => action.sql.map((sql) => statementOf(action, sql))),
    ...after.map((one) => ({ ...one, verb: "finish" as const, losesData: false, commitAfter: false })),
  ];
  return { statements, differences };
}

function statementOf(action: Action, sql: string): PlannedStatement {
  const loses =
    action.verb === "drop" &&
    ["table", "column", "materialized_view", "sequence", "schema"].includes(action.fact.kind);
  return {
    sql,
    verb: action.verb,
    id: action.fact.id,
    losesData: loses,
    commitAfter: /^ALTER TYPE .* ADD VALUE /.test(sql),
  };
}
