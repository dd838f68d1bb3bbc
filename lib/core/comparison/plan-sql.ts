import { lossText, planDown } from "../diff/down";
import type { SchemaPlan } from "../diff/plan";
import { writePlan } from "../diff/scripts";
import { type ComparisonPlan, planComparison, type SchemaComparison } from "./compare-schemas";

/** Both ways between the sides of a comparison, each as the text of a migration. */
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
  const back = planDown(comparison.from, plan.to, comparison.options);
  return {
    plan,
    up: writePlan(plan.up),
    down: writePlan(back),
    cannotBringBack: plan.up.losses.map(lossText),
  };
}

/** A plan for whoever runs it in any client, statement by statement or at once. */
export function plainSql(plan: Pick<SchemaPlan, "statements">): string {
  return writePlan(plan).replace(
    /^SET LOCAL check_function_bodies = off;$/gm,
    "SET check_function_bodies = off;",
  );
}
