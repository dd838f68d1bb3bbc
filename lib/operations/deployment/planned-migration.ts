import { readDirectives } from "../../core/migration/directives";
import type { PlanStep, TargetStatus } from "../../core/plan/types";
import type { PlannedMigration } from "../../core/run/types";
import { transactionMode } from "../../core/run/units";
import { parseScriptAsync } from "../../core/sql/parse-script";

/** The script that a step runs. */
export function scriptOf(step: PlanStep): string {
  return step.direction === "up" ? step.migration.up : (step.migration.down ?? "");
}

/** A step of a plan as it is stored with the deployment and shown. @param status of its target */
export async function plannedMigration(step: PlanStep, status: TargetStatus): Promise<PlannedMigration> {
  const { service, filename, version, name, checksum } = step.migration;
  const script = scriptOf(step);
  const transaction = transactionMode(await parseScriptAsync(script), readDirectives(script).directives);
  const isLate = status.migrations.some(
    (one) => one.filename === filename && one.state === "out_of_order" && step.direction === "up",
  );
  return {
    ...{ service, filename, version, name, direction: step.direction, checksum, transaction },
    ...(isLate && status.current !== null ? { after: status.current } : {}),
  };
}
