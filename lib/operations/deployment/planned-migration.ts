import { readDirectives } from "../../core/migration/directives";
import type { PlanStep } from "../../core/plan/types";
import type { PlannedMigration } from "../../core/run/types";
import { transactionMode } from "../../core/run/units";
import { parseScriptAsync } from "../../core/sql/parse-script";

/** The script that a step runs. */
export function scriptOf(step: PlanStep): string {
  return step.direction === "up" ? step.migration.up : (step.migration.down ?? "");
}

/**
 * A step of a plan as it is stored with the deployment and shown.
 * @param after the version that is applied already although it comes after this one; null: it is in order
 */
export async function plannedMigration(step: PlanStep, after: string | null): Promise<PlannedMigration> {
  const { service, filename, version, name, checksum } = step.migration;
  const script = scriptOf(step);
  const transaction = transactionMode(await parseScriptAsync(script), readDirectives(script).directives);
  return {
    ...{ service, filename, version, name, direction: step.direction, checksum, transaction },
    ...(after === null ? {} : { after }),
  };
}
