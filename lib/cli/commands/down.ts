import type { MigrationSource } from "../../core/migration/types";
import { planDown } from "../../core/plan/plan";
import { migrationKey } from "../../core/plan/state";
import { type RunFlags, requirePlan, runSteps } from "../run-steps";
import { type Session, withSession } from "../session";

interface DownOptions extends RunFlags {
  to?: string;
  steps?: number;
  putBack?: boolean;
}

export async function down(options: DownOptions): Promise<number> {
  return withSession(options, async (session) => {
    const { steps, problems } = planDown(await withKeptScripts(session), session.ledger, {
      ...(options.to === undefined ? {} : { to: options.to }),
      ...(options.steps === undefined ? {} : { steps: options.steps }),
      ...(options.putBack ? { withoutDown: await keptMigrations(session) } : {}),
    });
    requirePlan(problems);
    return runSteps(session, steps, { ...options, ...(options.putBack ? { undo: { putBack: true } } : {}) });
  });
}

/** Migrations whose rows can return need no script for the way back. */
async function keptMigrations({ client, ledger }: Session): Promise<Set<string>> {
  const { listUndo } = await import("../../postgres/undo/store");
  const runs = new Set(ledger.map((row) => row.runId));
  const entries = await listUndo(client, { kept: true });
  return new Set(entries.filter((entry) => runs.has(entry.runId)).map((entry) => entry.filename));
}

/** What is applied and has no file any more is taken back with the script that the ledger kept. */
async function withKeptScripts({ client, migrations, ledger }: Session): Promise<MigrationSource[]> {
  const known = new Set(migrations.map(migrationKey));
  if (ledger.every((row) => known.has(migrationKey(row)))) return migrations;
  const { readLedgerScripts } = await import("../../postgres/ledger/ledger");
  const kept = await readLedgerScripts(client);
  return [...migrations, ...kept.filter((one) => !known.has(migrationKey(one)))];
}
