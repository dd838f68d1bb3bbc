import { planUp } from "../../core/plan/plan";
import { DomainError } from "../../errors";
import { type RunFlags, requirePlan, runSteps } from "../run-steps";
import { withSession } from "../session";

interface UpOptions extends RunFlags {
  to?: string;
  steps?: number;
  dryRun?: boolean;
  withBackup?: boolean;
}

export async function up(options: UpOptions): Promise<number> {
  if (options.withBackup) {
    throw new DomainError(
      "validation",
      "cli.no_backups",
      "This version cannot take backups; nothing was run.",
      {
        hint: "Take one with pg_dump, then run `dbmigrator up` without --with-backup.",
      },
    );
  }
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
    return runSteps(session, steps, options);
  });
}
