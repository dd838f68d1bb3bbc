import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { readMigrations } from "../core/migration/layouts";
import type { MigrationSource } from "../core/migration/types";
import { planUp } from "../core/plan/plan";
import { computeStatus } from "../core/plan/state";
import { DomainError } from "../errors";
import { closeConnection, openConnection, parseConnectionString } from "../postgres/connection/connect";
import { readLedger } from "../postgres/ledger/ledger";
import { runMigrations } from "../postgres/runner/runner";
import { projectRoot } from "./root";

const SERVICE = "metadata";

/**
 * Brings the metadata schema of the store at `url` up to date with our own runner, under its lock: of several
 * processes that start together one migrates and the others wait. @returns names of the migrations applied now
 * @throws DomainError of openConnection; precondition store.newer, store.migration_failed
 */
export async function migrateMetadata(url: string): Promise<string[]> {
  const spec = { ...parseConnectionString(url), applicationName: "dbmigrator start" };
  const migrations = await readOwnMigrations();
  const client = await openConnection(spec);
  try {
    const ledger = await readLedger(client, SERVICE);
    const newer = computeStatus(migrations, ledger).migrations.find((one) => one.state === "missing");
    if (newer) throw notOurs(`it has the migration ${newer.filename}, which this version does not know`);
    const { steps, problems } = planUp(migrations, ledger, { service: SERVICE });
    if (problems[0]) throw notOurs(problems[0].message);
    if (steps.length === 0) return [];
    const outcome = await runMigrations({ spec, client, steps, appliedBy: "DBMigrator" });
    if (outcome.state === "succeeded") return steps.map((step) => step.migration.filename);
    const { migration, line, message } = outcome.failure ?? {};
    throw new DomainError(
      "precondition",
      "store.migration_failed",
      `The metadata store could not be migrated: ${migration ?? ""} line ${line ?? "?"}: ${message ?? outcome.state}`,
    );
  } finally {
    await closeConnection(client);
  }
}

function notOurs(why: string): DomainError {
  return new DomainError(
    "precondition",
    "store.not_ours",
    `The metadata store does not fit this DBMigrator: ${why}.`,
    {
      hint: "A newer version may have migrated it: start that one, or use another database.",
    },
  );
}

async function readOwnMigrations(): Promise<MigrationSource[]> {
  const folder = join(projectRoot(), "prisma", "migrations");
  const entries = await readdir(folder, { withFileTypes: true });
  const paths = entries.filter((entry) => entry.isDirectory()).map((entry) => `${entry.name}/migration.sql`);
  const files = paths.map(async (path) => ({ path, content: await readFile(join(folder, path), "utf8") }));
  return readMigrations(await Promise.all(files), { service: SERVICE }).migrations;
}
