import type { DeploymentLive, RunLogLine, RunView } from "@/lib/operations/deployment/views";

/** Lines of the log that a page keeps; the whole log is a download. */
const KEPT = 1000;

/** The newer of both, with the log lines of both: a message carries only what came since the one before. */
export function mergeLive(was: DeploymentLive, next: DeploymentLive): DeploymentLive {
  if (next.version < was.version) return was;
  return { ...next, run: mergeRun(was.run, next.run) };
}

function mergeRun(was: RunView | null, next: RunView | null): RunView | null {
  if (!was || !next || was.id !== next.id) return next;
  return { ...next, log: mergeLog(was.log, next.log) };
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
