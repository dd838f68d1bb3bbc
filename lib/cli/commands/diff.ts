import type { MigrationSource } from "../../core/migration/types";
import { planUp } from "../../core/plan/plan";
import { DomainError } from "../../errors";
import { closeConnection } from "../../postgres/connection/connect";
import { type ConnectionSpec, describeSpec } from "../../postgres/connection/connection-spec";
import { readLedger } from "../../postgres/ledger/ledger";
import { readAppliedScripts } from "../../postgres/replay/applied-scripts";
import type { SideSource } from "../../postgres/replay/read-sides";
import { type Config, readConfig } from "../config";
import { count, note, warn } from "../output";
import { type CommonOptions, readFolder, targetName } from "../session";
import { scriptsInOrder } from "../sides";
import { openTarget, requireTarget, type TargetOptions } from "../target";
import { type ComparisonFlags, onScratch, outputOf, tell } from "./compare";

interface ExpectedOptions extends TargetOptions {
  dir?: string;
  service?: string;
  /** Every migration of the folder, also those that are pending. */
  all?: boolean;
  /** Without a folder and a ledger, an empty database is expected. */
  optionalFolder?: boolean;
}

interface DiffOptions extends ComparisonFlags, ExpectedOptions {
  shadow: "auto" | "embedded" | "target_server";
}

export interface Expected {
  side: SideSource;
  spec: ConnectionSpec;
  /** From the ledger, or from the folder. */
  from: "ledger" | "folder";
  applied: number;
  pending: string[];
  unfinished: string[];
}

/**
 * Drift: what the target has and its migrations do not make, and the other way round. Expected is what the ledger says
 * is applied; where it says nothing, all migrations of the folder.
 */
export async function diff(options: DiffOptions): Promise<number> {
  const output = outputOf(options);
  const config = readConfig();
  const expected = await findExpected(options, config);
  if (output.format === "text") announce(expected);
  for (const name of expected.unfinished) warn(`it is not known what of ${name} is in effect.`);
  const label = options.env ?? describeSpec(expected.spec);
  const target: SideSource = { kind: "database", label, spec: expected.spec };
  const sides = await onScratch(async (embedded, signal) => {
    const { readSides } = await import("../../postgres/replay/read-sides");
    return readSides(expected.side, target, {
      embedded,
      place: options.shadow,
      scope: { schemas: options.schema ?? [], exclude: options.exclude ?? [] },
      ignoreOwners: !options.owners,
      signal,
    });
  });
  const { from, applied, pending, unfinished } = expected;
  const more = {
    environment: targetName(expected.spec, options.env),
    expected: { from, migrations: applied, pending, unfinished },
  };
  return tell(sides, options, output, more);
}

/** What a target should have, and where that is said. @throws DomainError precondition, diff.nothing; of openTarget */
export async function findExpected(options: ExpectedOptions, config: Config): Promise<Expected> {
  const { client, spec } = await openTarget(await requireTarget(options, config));
  try {
    const said = await readAppliedScripts(client);
    const applied = (said?.applied ?? []).filter(
      (one) => !options.service || one.service === options.service,
    );
    const unfinished = said?.unfinished ?? [];
    if (options.all || applied.length === 0) {
      const { folder, migrations } = folderOf(options);
      if (migrations.length === 0 && !options.optionalFolder) throw nothingToCompare(spec, folder);
      const side: SideSource = { kind: "scripts", label: "migrations", scripts: scriptsInOrder(migrations) };
      return { side, spec, from: "folder", applied: migrations.length, pending: [], unfinished };
    }
    const scripts = applied.map((one) => ({ name: one.filename, sql: one.up }));
    const side: SideSource = { kind: "scripts", label: "ledger", scripts };
    const pending = await pendingIn(options, await readLedger(client));
    return { side, spec, from: "ledger", applied: applied.length, pending, unfinished };
  } finally {
    await closeConnection(client);
  }
}

function folderOf(options: ExpectedOptions): { folder: string; migrations: MigrationSource[] } {
  try {
    return readFolder(options);
  } catch (error) {
    const none = error instanceof DomainError && error.code === "files.no_folder";
    if (none && options.optionalFolder) return { folder: "", migrations: [] };
    throw error;
  }
}

/** What is in the folder and not yet applied is no drift; it is told beside it. */
async function pendingIn(options: CommonOptions, ledger: Parameters<typeof planUp>[1]): Promise<string[]> {
  try {
    const { migrations } = readFolder(options);
    return planUp(migrations, ledger).steps.map((step) => step.migration.filename);
  } catch (error) {
    // The ledger holds the scripts: drift can be told from anywhere.
    if (error instanceof DomainError && error.code === "files.no_folder") return [];
    throw error;
  }
}

function nothingToCompare(spec: ConnectionSpec, folder: string): DomainError {
  return new DomainError(
    "precondition",
    "diff.nothing",
    `Nothing is recorded in ${describeSpec(spec)}, and ${folder} holds no migrations.`,
    { hint: "Record what it has with `dbmigrator baseline --detect` or `dbmigrator init --baseline`." },
  );
}

function announce({ from, applied, pending }: Expected): void {
  const what = from === "ledger" ? "that the ledger says are applied" : "of the folder";
  note(`Replaying ${count(applied, "migration")} ${what} on a scratch server …`);
  if (pending.length > 0) note(`${count(pending.length, "migration")} pending, which is no drift.`);
}
