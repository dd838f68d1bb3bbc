import { randomUUID } from "node:crypto";
import { computeStatus } from "../../core/plan/state";
import type { MigrationStatus } from "../../core/plan/types";
import { DomainError } from "../../errors";
import { paint, print, printJson } from "../output";
import { requireOwnTarget } from "../run-steps";
import { appliedBy, type CommonOptions, isJson, type Session, withSession } from "../session";

interface RecoverOptions extends CommonOptions {
  settle?: string;
  as?: "applied" | "not-applied";
  reason?: string;
  allowManaged?: boolean;
}

/** Shows what failed or is in doubt, and what to do; with --settle, records what a person found. */
export async function recover(options: RecoverOptions): Promise<number> {
  return withSession(options, async (session) => {
    if (options.settle !== undefined) return settle(session, options.settle, options);
    const left = computeStatus(session.migrations, session.ledger).migrations.filter(
      (one) => one.state === "failed" || one.state === "in_doubt",
    );
    if (isJson(options)) printJson({ migrations: left });
    else if (left.length === 0) print("Nothing failed and nothing is in doubt.");
    else for (const one of left) show(one);
    return left.some((one) => one.state === "in_doubt" && !one.resumable) ? 1 : 0;
  });
}

function show(one: MigrationStatus): void {
  print(`${paint.red(one.state === "failed" ? "✗ failed" : "! in doubt")}  ${one.filename}`);
  if (one.errorMessage) print(`    ${one.errorMessage}`);
  if (one.steps) print(`    ${one.steps.done.length} of ${one.steps.total} statements are in effect.`);
  for (const { statement, batches, rows } of one.steps?.batches ?? [])
    print(`    Statement ${statement} was repeated ${batches} times and changed ${rows} rows.`);
  if (one.steps?.evidence) print(`    ${one.steps.evidence}`);
  if (one.state === "in_doubt" && !one.resumable) {
    print(
      `    Look at the target, then: dbmigrator recover --settle ${one.filename} --as applied|not-applied --reason "…"`,
    );
  } else {
    const again = one.direction === "down" ? "down" : "up";
    const from = one.resumable
      ? "it goes on after what is in effect"
      : "nothing of it is in effect; correct it first";
    print(`    Run \`dbmigrator ${again}\`: ${from}.`);
  }
}

async function settle(session: Session, filename: string, options: RecoverOptions): Promise<number> {
  if (!options.as || !options.reason?.trim()) {
    throw new DomainError("validation", "recover.reason", "Say what you found, and how you know.", {
      hint: 'Add --as applied or --as not-applied, and --reason "…".',
    });
  }
  const rows = session.ledger.filter((row) => row.filename === filename);
  const [row] = rows;
  if (!row || rows.length > 1) {
    const why = row ? "is in several services; add --service" : "is not in the ledger of this target";
    throw new DomainError("validation", "recover.unknown", `${filename} ${why}.`);
  }
  await requireOwnTarget(session, options);
  const { acquireRunnerLock } = await import("../../postgres/runner/session");
  await acquireRunnerLock(session.client, 60_000, () => undefined);
  const { settleMigration } = await import("../../postgres/ledger/ledger");
  const as = options.as === "applied" ? "applied" : "not_applied";
  await settleMigration(session.client, {
    ...{ service: row.service, filename, as, reason: options.reason },
    ...{ appliedBy: appliedBy(), runId: randomUUID() },
  });
  if (isJson(options)) printJson({ filename, settled: as });
  else
    print(`${paint.green("✓")} ${filename} is recorded as ${as === "applied" ? "applied" : "not applied"}.`);
  return 0;
}
