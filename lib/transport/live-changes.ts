import type { DeploymentLive, RunView } from "../operations/deployment/views";

/**
 * The state as a message of the stream: of the steps and migrations of a run only those that changed since the
 * message before, for a run of a thousand statements would send half a megabyte twice a second.
 */
export function changesSince(before: DeploymentLive, now: DeploymentLive): DeploymentLive {
  if (!before.run || !now.run || before.run.id !== now.run.id) return now;
  // Another number of steps: the run was planned anew.
  if (before.run.steps.length !== now.run.steps.length) return now;
  return { ...now, run: { ...now.run, ...changedParts(before.run, now.run) } };
}

function changedParts(before: RunView, now: RunView): Pick<RunView, "steps" | "migrations"> {
  return {
    steps: changed(before.steps, now.steps, (step) => String(step.position)),
    migrations: changed(before.migrations, now.migrations, (one) => one.migration),
  };
}

function changed<Row>(before: readonly Row[], now: readonly Row[], keyOf: (row: Row) => string): Row[] {
  const known = new Map(before.map((row) => [keyOf(row), JSON.stringify(row)]));
  return now.filter((row) => known.get(keyOf(row)) !== JSON.stringify(row));
}
