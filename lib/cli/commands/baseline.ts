import { randomUUID } from "node:crypto";
import { comparisonText } from "../../core/comparison/report-text";
import type { MigrationSource } from "../../core/migration/types";
import { matchesVersion } from "../../core/migration/version";
import { planUp } from "../../core/plan/plan";
import { DomainError } from "../../errors";
import { closeConnection } from "../../postgres/connection/connect";
import { type ConnectionSpec, describeSpec } from "../../postgres/connection/connection-spec";
import { recordBaseline, requireUnmanaged } from "../../postgres/ledger/ledger";
import type { DetectedBaseline, MigrationEvidence } from "../../postgres/replay/detect-baseline";
import { readConfig } from "../config";
import { type Cell, count, note, paint, print, printJson, printTable, warn } from "../output";
import { appliedBy, type CommonOptions, isJson, readFolder, targetName } from "../session";
import { openTarget, requireTarget } from "../target";
import { onScratch } from "./compare";

interface BaselineOptions extends CommonOptions {
  detect?: boolean;
  /** Instead of what is found: everything up to this version. */
  to?: string;
  yes?: boolean;
  allowManaged?: boolean;
  shadow: "auto" | "embedded" | "target_server";
}

/**
 * Finds which migrations an existing database already has, and says how it knows; with --yes it records them as
 * applied. Nothing is run there.
 */
export async function baseline(options: BaselineOptions): Promise<number> {
  const { migrations } = readFolder(options);
  const ordered = planUp(migrations, []).steps.map((step) => step.migration);
  if (ordered.length === 0) throw noMigrations();
  const { client, spec } = await openTarget(await requireTarget(options, readConfig()));
  await closeConnection(client);
  if (options.to !== undefined && !options.detect) return stampUpTo(spec, ordered, options.to, options);
  const found = await detect(spec, ordered, options);
  const chosen = options.to === undefined ? proposedBy(found) : upTo(ordered, options.to);
  const recorded = options.yes ? await stamp(spec, chosen, options) : [];
  if (isJson(options))
    printJson({ target: targetName(spec, options.env), ...asJson(found), recordedNow: recorded });
  else show(found, spec, recorded, options.yes === true);
  return options.exitCode && chosen.length > 0 && !options.yes ? 2 : 0;
}

async function detect(
  spec: ConnectionSpec,
  migrations: readonly MigrationSource[],
  options: BaselineOptions,
): Promise<DetectedBaseline> {
  if (!isJson(options)) note(`Replaying ${count(migrations.length, "migration")} on a scratch server …`);
  return onScratch(async (embedded, signal) => {
    const { detectBaseline } = await import("../../postgres/replay/detect-baseline");
    return detectBaseline({ spec, migrations, embedded, place: options.shadow, signal });
  });
}

function proposedBy(found: DetectedBaseline): MigrationSource[] {
  return found.evidence.filter((one) => one.proposed).map((one) => one.migration);
}

function upTo(migrations: readonly MigrationSource[], version: string): MigrationSource[] {
  const at = migrations.findLastIndex((one) => matchesVersion(one, version));
  if (at === -1) {
    throw new DomainError("validation", "plan.unknown_version", `There is no migration ${version}.`, {
      hint: "See `dbmigrator list`.",
    });
  }
  return migrations.slice(0, at + 1);
}

async function stampUpTo(
  spec: ConnectionSpec,
  migrations: readonly MigrationSource[],
  version: string,
  options: BaselineOptions,
): Promise<number> {
  const chosen = upTo(migrations, version);
  if (!options.yes) {
    for (const one of chosen) print(`would record ${one.filename}`);
    print("Nothing was recorded; add --yes.");
    return options.exitCode ? 2 : 0;
  }
  const recorded = await stamp(spec, chosen, options);
  if (isJson(options)) printJson({ target: targetName(spec, options.env), recordedNow: recorded });
  else for (const one of recorded) print(`${paint.green("✓")} recorded ${one} as applied`);
  return 0;
}

/** @returns file names that were recorded now */
async function stamp(
  spec: ConnectionSpec,
  migrations: readonly MigrationSource[],
  options: BaselineOptions,
): Promise<string[]> {
  const { client } = await openTarget(spec);
  try {
    if (!options.allowManaged) await requireUnmanaged(client);
    const { acquireRunnerLock } = await import("../../postgres/runner/session");
    await acquireRunnerLock(client, 60_000, () => undefined);
    return await recordBaseline(client, migrations, { appliedBy: appliedBy(), runId: randomUUID() });
  } finally {
    await closeConnection(client);
  }
}

function asJson(found: DetectedBaseline) {
  return {
    upTo: found.evidence[found.last]?.migration.filename ?? null,
    certainty: found.certainty,
    otherLedgers: found.otherLedgers.map(({ tool, table, records }) => ({
      ...{ tool, table },
      applied: records.filter((one) => !one.failed).length,
      failed: records.filter((one) => one.failed).length,
    })),
    migrations: found.evidence.map(({ migration, word, trace, proposed }) => ({
      service: migration.service,
      filename: migration.filename,
      version: migration.version,
      recordedBy: word?.tool ?? null,
      recordedAt: word?.at ?? null,
      present: presence(trace),
      differences: trace?.differences ?? null,
      proposed,
    })),
    leftOver: found.leftOver.map(({ facts: _, needs: __, ...line }) => line),
    alreadyRecorded: found.recorded,
    stopped: found.stopped,
    contradictions: found.contradictions.map(({ index }) => found.evidence[index]?.migration.filename),
    unsupported: found.database.unsupported,
    unreadable: found.database.unreadable,
    notes: found.notes,
  };
}

/** Whether the database shows all of it; null: nothing tells. */
function presence(trace: MigrationEvidence["trace"]): boolean | null {
  return trace === null || trace.touched === 0 ? null : trace.shown === trace.touched;
}

function show(found: DetectedBaseline, spec: ConnectionSpec, recorded: string[], yes: boolean): void {
  print(paint.bold(describeSpec(spec)));
  for (const { tool, table, records } of found.otherLedgers) {
    print(`${tool} recorded ${count(records.filter((one) => !one.failed).length, "migration")} in ${table}.`);
  }
  print();
  printTable(
    [{ title: "HAS IT" }, { title: "MIGRATION" }, { title: "EVIDENCE" }, { title: "LEFT", align: "right" }],
    found.evidence.map(row),
  );
  print();
  if (found.stopped) warn(`${found.stopped.migration} cannot be replayed: ${found.stopped.failure.message}`);
  for (const { index, word } of found.contradictions) {
    const name = found.evidence[index]?.migration.filename ?? "";
    warn(
      word
        ? `${word.tool} says that ${name} is applied, and the database does not show it.`
        : `the database shows ${name}, and no tool recorded it.`,
    );
  }
  for (const one of found.database.unsupported) warn(`not compared: ${one.what} ${one.name}`);
  print(verdict(found));
  if (found.leftOver.length > 0 && found.last >= 0) {
    print(
      `What the database has otherwise (+) and lacks (-):\n${comparisonText(found.leftOver.slice(0, 40))}`,
    );
    if (found.leftOver.length > 40) print(`… and ${found.leftOver.length - 40} more; --json lists them all.`);
  }
  for (const one of recorded) print(`${paint.green("✓")} recorded ${one} as applied`);
  if (!yes && found.evidence.some((one) => one.proposed)) print("Nothing was recorded; add --yes to do it.");
}

function row({ migration, word, trace, proposed }: MigrationEvidence): (Cell | string)[] {
  const mark = proposed ? { text: "✓ yes", paint: paint.green } : { text: "· no", paint: paint.faint };
  const shown =
    trace === null
      ? "not replayed"
      : trace.touched === 0
        ? "changes no schema"
        : `${trace.shown} of ${trace.touched} objects there`;
  const told = word ? `; ${word.tool}${word.failed ? ": failed" : ""}` : "";
  return [mark, migration.filename, `${shown}${told}`, trace === null ? "–" : String(trace.differences)];
}

function verdict({ certainty, last, evidence }: DetectedBaseline): string {
  const name = evidence[last]?.migration.filename ?? "";
  if (certainty === "none") return "The database has none of these migrations.";
  if (certainty === "exact") return `${paint.green("✓")} After ${name} the schemas are the same.`;
  if (certainty === "recorded") return `Up to ${name} by the other tool's word; the schema differs from it.`;
  return `${paint.yellow("!")} After ${name} the least is left; no state is the same.`;
}

function noMigrations(): DomainError {
  return new DomainError(
    "validation",
    "baseline.nothing",
    "There are no migrations in the folder to look for.",
    {
      hint: "`dbmigrator init --baseline` writes the database's schema as a first migration.",
    },
  );
}
