import type { SplitRun } from "../core/plan/single-transaction";
import type { PlanStep } from "../core/plan/types";
import { DomainError } from "../errors";
import type { RunFlags } from "./run-steps";

/** More of them are no help in a terminal; --json has them all. */
const SHOWN = 6;

/** A run that cannot be one transaction, told with the commands of the smallest split; other errors as they are. */
export function withSplitCommands(error: unknown, steps: readonly PlanStep[], flags: RunFlags): unknown {
  if (!(error instanceof DomainError) || error.code !== "plan.single_transaction_impossible") return error;
  const runs = error.details.runs as SplitRun[];
  const commands = runs.map((run, at) => commandOf(run, at === runs.length - 1, steps, flags));
  const lines = runs.slice(0, SHOWN).map((run, at) => `  ${commands[at]}  # ${describeRun(run)}`);
  const rest = runs.length - lines.length;
  if (rest > 0) lines.push(`  … and ${rest} more runs; --json lists them all.`);
  return new DomainError(error.kind, error.code, error.message, {
    details: { ...error.details, runs: runs.map((run, at) => ({ ...run, command: commands[at] })) },
    hint: `Leave --single-transaction out, or take the smallest split, ${runs.length} runs:\n${lines.join("\n")}`,
  });
}

function describeRun({ mode, count }: SplitRun): string {
  if (count === 1) return "1 migration";
  return `${count} migrations, ${mode === "each" ? "each for itself" : "all or nothing"}`;
}

function commandOf(run: SplitRun, isLast: boolean, steps: readonly PlanStep[], flags: RunFlags): string {
  const direction = steps[0]?.direction ?? "up";
  const words = ["dbmigrator", direction];
  if (run.mode === "single_transaction") words.push("--single-transaction");
  const services = new Set(steps.map(({ migration }) => migration.service));
  const versioned = steps.every(({ migration }) => migration.kind === "versioned");
  // --to counts within a service, and repeatable migrations have no version.
  const byName = direction === "up" && services.size === 1 && versioned;
  if (byName) words.push("--to", run.to);
  else if (!isLast || direction === "down") words.push("--steps", String(run.count));
  for (const name of ["env", "dir", "service"] as const) {
    const value = flags[name];
    if (value !== undefined) words.push(`--${name}`, /^[\w./:@-]+$/.test(value) ? value : `'${value}'`);
  }
  if (flags.allowManaged) words.push("--allow-managed");
  return words.join(" ");
}
