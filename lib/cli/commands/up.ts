import { planUp } from "../../core/plan/plan";
import type { ConnectionSpec } from "../../postgres/connection/connection-spec";
import type { UndoSettings } from "../../postgres/runner/undo";
import { note } from "../output";
import { type RunFlags, requireOwnTarget, requirePlan, runSteps } from "../run-steps";
import { withSession } from "../session";

interface UpOptions extends RunFlags {
  to?: string;
  steps?: number;
  dryRun?: boolean;
  withBackup?: boolean;
  /** Days in which what scripts take away can be put back. */
  keepRows?: number;
  /** Folder or bucket of the backup. */
  backupOut?: string;
}

export async function up(options: UpOptions): Promise<number> {
  if (options.dryRun) {
    const { dryRunCommand } = await import("./dry-run");
    return dryRunCommand({ ...options, timeout: 300, shadow: "auto" });
  }
  return withSession(options, async (session) => {
    const { steps, problems } = planUp(session.migrations, session.ledger, {
      ...(options.to === undefined ? {} : { to: options.to }),
      ...(options.steps === undefined ? {} : { steps: options.steps }),
      ...(options.env === undefined ? {} : { environment: options.env }),
    });
    requirePlan(problems);
    const flags = options.keepRows ? { ...options, undo: keepRows(options.keepRows, options) } : options;
    if (options.withBackup && steps.length > 0) {
      await requireOwnTarget(session, options);
      return runSteps(session, steps, { ...flags, backup: await backUp(session.spec, options) });
    }
    return runSteps(session, steps, flags);
  });
}

/** More than this of one statement is no copy beside the data any more but a backup. */
const MOST_KEPT_BYTES = 1024 ** 3;

function keepRows(days: number, { withBackup }: UpOptions): UndoSettings {
  return { keep: { days, maxBytes: MOST_KEPT_BYTES, otherwise: withBackup ? "skip" : "stop" } };
}

/** Of the whole target; when it fails, nothing is run. @returns where it is */
async function backUp(spec: ConnectionSpec, options: UpOptions): Promise<string> {
  const { takeBackup } = await import("./backup");
  const { path } = await takeBackup(spec, {
    label: "before up",
    ...(options.backupOut === undefined ? {} : { out: options.backupOut }),
    ...(options.json === undefined ? {} : { json: options.json }),
  });
  note(`The target as it was is in ${path}.`);
  return path;
}
