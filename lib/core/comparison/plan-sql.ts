import { type PlannedStatement, planSchema, type SchemaPlan } from "../diff/plan";
import type { Rename } from "../diff/rename-types";
import type { Snapshot } from "../schema/types";
import { type ComparisonPlan, planComparison, type SchemaComparison } from "./compare-schemas";

/** Both ways between the sides of a comparison, as scripts. */
export interface BothWays {
  plan: ComparisonPlan;
  up: string;
  down: string;
  /** What `down` cannot bring back, for people. */
  cannotBringBack: string[];
}

/** @param ticked ids of lines; undefined: all of them */
export function planBothWays(comparison: SchemaComparison, ticked?: readonly string[]): BothWays {
  const plan = planComparison(comparison, ticked);
  const back = planBack(comparison.from, plan, comparison.options.online ?? false);
  const lost = plan.up.statements.filter((one) => one.losesData);
  return {
    plan,
    up: planSql(plan.up),
    down: planSql(back),
    cannotBringBack: lost.map((one) => `${one.id.replace(":", " ").replaceAll("_", " ")}: its data`),
  };
}

function planBack(from: Snapshot, { up, to }: ComparisonPlan, online: boolean): SchemaPlan {
  const renames = up.renames.map(({ kind, from: old, to: now }): Rename => ({ kind, from: now, to: old }));
  return planSchema(to, from, { renames, online });
}

/** The SQL text of a plan, with a word at what loses rows or values. */
export function planSql(plan: SchemaPlan): string {
  const { statements } = plan;
  if (statements.length === 0) return "";
  const head = statements.some(needsOwnTransaction) ? "-- dbmigrator: transaction=none\n" : "";
  const body = statements.map(
    (one) => `${one.losesData ? "-- Loses data.\n" : ""}${one.sql.trimEnd().replace(/;$/, "")};\n`,
  );
  return `${head}${body.join("")}`;
}

/** A statement that PostgreSQL refuses in a transaction, or after which one has to end. */
function needsOwnTransaction(one: PlannedStatement): boolean {
  return one.commitAfter || one.transaction !== undefined;
}
