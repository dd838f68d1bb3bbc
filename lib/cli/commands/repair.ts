import { randomUUID } from "node:crypto";
import { computeStatus } from "../../core/plan/state";
import { count, paint, print, printJson } from "../output";
import { requireOwnTarget } from "../run-steps";
import { appliedBy, type CommonOptions, isJson, type Session, withSession } from "../session";

interface RepairOptions extends CommonOptions {
  yes?: boolean;
  allowManaged?: boolean;
}

/** Accepts changed files of applied migrations: a new row with the new checksum, the old one stays in the ledger. */
export async function repair(options: RepairOptions): Promise<number> {
  return withSession(options, async (session) => {
    const changed = computeStatus(session.migrations, session.ledger).migrations.filter(
      (one) => one.state === "changed",
    );
    if (options.yes && changed.length > 0) await accept(session, options);
    const done = options.yes === true;
    if (isJson(options))
      printJson({ done, migrations: changed.map(({ service, filename }) => ({ service, filename })) });
    else {
      for (const { filename } of changed)
        print(`${done ? paint.green("✓ accepted") : "· would accept"} ${filename}`);
      if (changed.length === 0) print("Nothing to repair: every applied script is as in its file.");
      else if (!done)
        print(`${count(changed.length, "migration")}. Nothing was written; repeat it with --yes.`);
    }
    return 0;
  });
}

async function accept(session: Session, options: RepairOptions): Promise<void> {
  await requireOwnTarget(session, options);
  const { acquireRunnerLock } = await import("../../postgres/runner/session");
  await acquireRunnerLock(session.client, 60_000, () => undefined);
  const { acceptChecksums } = await import("../../postgres/ledger/ledger");
  await acceptChecksums(session.client, session.migrations, { appliedBy: appliedBy(), runId: randomUUID() });
}
