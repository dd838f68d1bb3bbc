import { readDirectives } from "../migration/directives";
import type { MigrationSource } from "../migration/types";
import { compareMigrations, matchesVersion } from "../migration/version";
import { concerns } from "./concerns";
import { sortByRequirements } from "./requirements";
import { computeStatus, isApplied, isUnfinished, migrationKey } from "./state";
import type { Conflict, LedgerRow, PlanStep } from "./types";

export interface PlanUpOptions {
  /** Version or file name: it and everything before it. */
  to?: string;
  /** At most so many migrations. */
  steps?: number;
  /** Only this service; what it requires of others must be applied already. */
  service?: string;
  /** Name of the environment, for the directive `environments=`. */
  environment?: string;
  /** Problems that may be passed over. */
  allow?: readonly Conflict["code"][];
  /** File names of migrations that run only where they are named (`reverts-drift`). */
  named?: readonly string[];
}

export interface PlanDownOptions {
  /** How many migrations, latest first; default 1. */
  steps?: number;
  /** Version or file name that stays applied; everything after it is reverted. "0" reverts everything. */
  to?: string;
  service?: string;
  allow?: readonly Conflict["code"][];
  /** File names whose way back needs no script: the rows that they took away are put back. */
  withoutDown?: ReadonlySet<string>;
}

export type PlanProblemCode = Conflict["code"] | "unknown_version" | "no_down" | "directive";

/** Why a plan must not be run as it is. */
export interface PlanProblem {
  code: PlanProblemCode;
  message: string;
  service?: string;
  filename?: string;
  hint?: string;
}

export interface Plan {
  steps: PlanStep[];
  /** Empty: it may be run. */
  problems: PlanProblem[];
}

/**
 * What `up` has to run on a target, in order: versioned migrations by version, each after those that it requires of
 * other services, then repeatable ones that are new or changed. What failed without leaving anything behind, or was
 * interrupted and can be resumed, is planned again.
 */
export function planUp(
  migrations: readonly MigrationSource[],
  ledger: readonly LedgerRow[],
  options: PlanUpOptions = {},
): Plan {
  const allow = new Set(options.allow ?? []);
  const problems: PlanProblem[] = [];
  const status = computeStatus(migrations, ledger);
  for (const conflict of status.conflicts) {
    if (!conflict.blocking || allow.has(conflict.code)) continue;
    if (options.service && conflict.service !== options.service) continue;
    problems.push(withoutBlocking(conflict));
  }
  const done = new Set(
    status.migrations.filter((one) => one.state === "applied" || one.state === "changed").map(migrationKey),
  );
  const held = status.migrations.filter(
    (one) => (one.state === "in_doubt" && !one.resumable) || one.direction === "down",
  );
  const inDoubt = new Set(
    held.filter((one) => one.state !== "pending" && one.state !== "out_of_order").map(migrationKey),
  );
  const due = migrations
    .filter((migration) => !options.service || migration.service === options.service)
    .filter((migration) => !done.has(migrationKey(migration)) && !inDoubt.has(migrationKey(migration)))
    .filter((migration) => runsIn(migration, options));

  const limited = limit(due, migrations, options, problems);
  const sorted = sortByRequirements(limited, migrations, done);
  problems.push(...sorted.problems.filter((problem) => !allow.has(problem.code as Conflict["code"])));
  const steps = sorted.migrations.slice(0, options.steps ?? sorted.migrations.length);
  return {
    steps: steps.map((migration) => ({ migration, direction: "up" })),
    problems: problems.filter((problem) => concerns(problem, steps)),
  };
}

function withoutBlocking({ code, message, service, filename, hint }: Conflict): PlanProblem {
  return { code, message, service, filename, ...(hint === undefined ? {} : { hint }) };
}

function runsIn(migration: MigrationSource, { environment, named, to }: PlanUpOptions): boolean {
  const { environments, revertsDrift } = readDirectives(migration.up).directives;
  if (revertsDrift && to !== migration.filename && !named?.includes(migration.filename)) return false;
  return environments.length === 0 || environment === undefined || environments.includes(environment);
}

/** Keeps what is due up to `to`; repeatable migrations belong to the latest state and are left out then. */
function limit(
  due: MigrationSource[],
  all: readonly MigrationSource[],
  options: PlanUpOptions,
  problems: PlanProblem[],
): MigrationSource[] {
  const { to } = options;
  if (to === undefined) return due;
  const goals = all.filter(
    (migration) =>
      matchesVersion(migration, to) && (!options.service || migration.service === options.service),
  );
  const goal = goals.sort(compareMigrations).at(-1);
  if (!goal) {
    problems.push({
      code: "unknown_version",
      message: `There is no migration ${to}.`,
      hint: "See `dbmigrator list`.",
    });
    return [];
  }
  return due.filter((migration) => migration.kind === "versioned" && compareMigrations(migration, goal) <= 0);
}

/**
 * What `down` has to run, latest first. A migration whose script is gone is reverted with the one that the ledger
 * kept, when the caller adds it to `migrations`.
 */
export function planDown(
  migrations: readonly MigrationSource[],
  ledger: readonly LedgerRow[],
  options: PlanDownOptions = {},
): Plan {
  const allow = new Set(options.allow ?? []);
  const problems: PlanProblem[] = [];
  const scripts = new Map(migrations.map((migration) => [migrationKey(migration), migration]));
  const rows = ledger
    .filter((row) => row.kind === "versioned" && (!options.service || row.service === options.service))
    .filter((row) => isApplied(row) || isUnfinished(row))
    .sort((a, b) => compareMigrations(b, a));
  const chosen = chooseDown(rows, options, problems);
  const steps: PlanStep[] = [];
  for (const row of chosen) {
    const migration = scripts.get(migrationKey(row));
    const problem = downProblem(row, migration, options.withoutDown?.has(row.filename) ?? false);
    if (problem && !allow.has(problem.code as Conflict["code"])) problems.push(problem);
    if (migration) steps.push({ migration, direction: "down" });
  }
  return { steps, problems };
}

function chooseDown(rows: LedgerRow[], options: PlanDownOptions, problems: PlanProblem[]): LedgerRow[] {
  const { to } = options;
  if (to === undefined) return rows.slice(0, options.steps ?? 1);
  if (to === "0") return rows;
  const last = rows.find((row) => matchesVersion(row, to));
  if (last) return rows.filter((row) => compareMigrations(row, last) > 0);
  problems.push({
    code: "unknown_version",
    message: `${to} is not applied on this target.`,
    hint: "See `dbmigrator status`.",
  });
  return [];
}

function downProblem(
  row: LedgerRow,
  migration: MigrationSource | undefined,
  needsNoDown: boolean,
): PlanProblem | null {
  const { service, filename } = row;
  if (row.status === "in_doubt" || (row.status === "running" && row.direction === "up")) {
    return {
      code: "in_doubt",
      service,
      filename,
      message: `${filename} was left half-way.`,
      hint: "Finish it with `up`, or settle it, first.",
    };
  }
  if (!migration) {
    return { code: "missing", service, filename, message: `${filename} is applied and has no script here.` };
  }
  if (!needsNoDown && (migration.down === null || migration.down.trim() === "")) {
    return {
      code: "no_down",
      service,
      filename,
      message: `${filename} has no down script.`,
      hint: "Write one, or undo it with a new migration.",
    };
  }
  if (row.status !== "baseline" && row.checksum !== migration.checksum) {
    return {
      code: "changed",
      service,
      filename,
      message: `${filename} was changed after it was applied; its down script may not fit.`,
    };
  }
  return null;
}
