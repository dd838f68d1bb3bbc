import type {
  DeploymentLive,
  RunLogLine,
  RunMigrationView,
  RunStepView,
  RunView,
} from "@/lib/operations/deployment/views";

/** Lines of the log that a page keeps; the whole log is a download. */
const KEPT = 1000;

/** The newer of both, with the lines and steps of both: a message carries only what changed since the one before. */
export function mergeLive(was: DeploymentLive, next: DeploymentLive): DeploymentLive {
  if (next.version < was.version) return was;
  return { ...next, run: mergeRun(was.run, next.run) };
}

function mergeRun(was: RunView | null, next: RunView | null): RunView | null {
  if (!was || !next || was.id !== next.id) return next;
  const log = mergeLog(was.log, next.log);
  // It starts over: what the attempt before had done is planned anew.
  if (next.state === "queued") return { ...next, log };
  return {
    ...next,
    log,
    steps: mergeRows<RunStepView>(was.steps, next.steps, (step) => step.position),
    migrations: mergeRows<RunMigrationView>(was.migrations, next.migrations, (one) => one.migration),
  };
}

/** What did not change stays the very same object, so that its row is not drawn again. */
function mergeRows<Row>(was: Row[], next: readonly Row[], keyOf: (row: Row) => unknown): Row[] {
  const rows = new Map(was.map((row) => [keyOf(row), row]));
  for (const row of next) {
    const known = rows.get(keyOf(row));
    if (!known || JSON.stringify(known) !== JSON.stringify(row)) rows.set(keyOf(row), row);
  }
  return [...rows.values()];
}

/** Lines by their id, oldest first, each once. */
export function mergeLog(was: readonly RunLogLine[], next: readonly RunLogLine[]): RunLogLine[] {
  const lines = new Map<string, RunLogLine>();
  for (const line of was) lines.set(line.id, line);
  for (const line of next) lines.set(line.id, line);
  return [...lines.values()]
    .sort((a, b) => a.id.length - b.id.length || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0))
    .slice(-KEPT);
}
