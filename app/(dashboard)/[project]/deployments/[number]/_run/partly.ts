import type { RunMigrationView, RunStepView } from "@/lib/operations/deployment/views";

/**
 * How many statements of a migration that did not go through are done and stay: it ran outside of a transaction, or
 * committed on its way.
 */
export function keptOf(
  { migration, outcome }: Pick<RunMigrationView, "migration" | "outcome">,
  steps: readonly Pick<RunStepView, "migration" | "state">[],
): number {
  if (outcome !== "failed" && outcome !== "cancelled") return 0;
  return steps.filter((step) => step.migration === migration && step.state === "done").length;
}
