import { createHash } from "node:crypto";
import { type MigrationFile, readMigrations, type ScriptPlace } from "../../core/migration/layouts";
import type { MigrationSource } from "../../core/migration/types";
import { loadParser, parseScript } from "../../core/sql/parse-script";
import type { Tx } from "../../db/client";
import { findApplied } from "./guard";

export interface ImportProblem {
  /** `error`: the migration cannot be taken as it is. */
  level: "error" | "warning";
  code: string;
  /** Path of the file, or file name of the migration. */
  file: string;
  line: number | null;
  column: number | null;
  message: string;
  hint: string | null;
}

export interface ImportItem {
  service: string;
  filename: string;
  version: string;
  name: string;
  hasDown: boolean;
  statements: number;
  /**
   * `same`: it is there already, word for word. `differs`: another text is there, and nobody said to overwrite it.
   * `refused`: a problem keeps it out.
   */
  action: "create" | "update" | "same" | "differs" | "refused";
  /** Environments that have applied another text of it. */
  appliedOn: string[];
}

export interface ImportPlan {
  items: ImportItem[];
  problems: ImportProblem[];
  /** Of what was read: what is written must be what was looked at. */
  digest: string;
}

export interface ImportOptions {
  service: string | undefined;
  /** Overwrite texts that differ, as long as no target has them. */
  overwrite: boolean;
  /** Overwrite those that a target has, too. */
  overwriteApplied: boolean;
}

/**
 * What an import would do, migration by migration, and what is wrong with the files.
 * @param services names and ids of the project's services
 */
export async function planImport(
  tx: Tx,
  files: readonly MigrationFile[],
  services: ReadonlyMap<string, string>,
  options: ImportOptions,
): Promise<{ plan: ImportPlan; migrations: MigrationSource[] }> {
  await loadParser();
  const read = readMigrations(files, options.service === undefined ? {} : { service: options.service });
  const problems: ImportProblem[] = read.problems.map((problem) => ({
    ...{ level: problem.level, code: problem.code, file: problem.path, message: problem.message },
    ...{ line: problem.line ?? null, column: null, hint: null },
  }));
  const known = await readKnown(tx, services, read.migrations);
  const { places } = read;
  const around = { services, known, options, problems, places };
  const items = read.migrations.map((migration) => toItem(migration, around));
  problems.push(...sameVersions(read.migrations));
  const digest = createHash("sha256");
  for (const m of read.migrations) digest.update(JSON.stringify([m.service, m.filename, m.up, m.down]));
  return { plan: { items, problems, digest: digest.digest("hex") }, migrations: read.migrations };
}

/** Told when they come in: a deployment tells it too, but by then they may be elsewhere. */
function sameVersions(migrations: readonly MigrationSource[]): ImportProblem[] {
  const first = new Map<string, string>();
  return migrations.flatMap(({ service, filename, version, kind }) => {
    if (kind !== "versioned") return [];
    const key = `${service}/${version}`;
    const other = first.get(key);
    if (other === undefined) {
      first.set(key, filename);
      return [];
    }
    const message = `${filename} has the version ${version}, and so has ${other}.`;
    return [{ ...warning(filename, "same_version", message), hint: "They run in the order of their names." }];
  });
}

interface Known {
  checksum: string;
  down: string | null;
  appliedOn: string[];
}

async function readKnown(
  tx: Tx,
  services: ReadonlyMap<string, string>,
  migrations: MigrationSource[],
): Promise<Map<string, Known>> {
  const known = new Map<string, Known>();
  for (const [service, serviceId] of services) {
    const filenames = migrations.filter((m) => m.service === service).map((m) => m.filename);
    if (filenames.length === 0) continue;
    const rows = await tx.migration.findMany({
      where: { serviceId, filename: { in: filenames } },
      select: { filename: true, checksum: true, down: true },
    });
    const applied = await findApplied(tx, serviceId, filenames);
    for (const { filename, checksum, down } of rows) {
      known.set(`${service}/${filename}`, { checksum, down, appliedOn: applied.get(filename) ?? [] });
    }
  }
  return known;
}

interface Around {
  services: ReadonlyMap<string, string>;
  known: Map<string, Known>;
  options: ImportOptions;
  problems: ImportProblem[];
  places: ReturnType<typeof readMigrations>["places"];
}

function toItem(migration: MigrationSource, around: Around): ImportItem {
  const { service, filename, version, name, down } = migration;
  const places = around.places.get(`${service}/${filename}`);
  const place = { path: filename, linesAbove: 0 };
  const up = readScript(migration.up, places?.up ?? place);
  const found = [up, ...(down === null ? [] : [readScript(down, places?.down ?? place)])];
  around.problems.push(...found.flatMap((one) => one.problems));
  if (up.statements === 0 && found.every((one) => one.problems.length === 0)) {
    around.problems.push(warning(places?.up.path ?? filename, "empty", "The script has no statement."));
  }
  if (!around.services.has(service)) {
    const message = `The project has no service ${service}.`;
    around.problems.push({ ...warning(filename, "no_service", message), level: "error" });
  }
  const known = around.known.get(`${service}/${filename}`);
  const refused = found.some((one) => one.problems.length > 0) || !around.services.has(service);
  const action = refused ? "refused" : chooseAction(migration, known, around.options);
  const appliedOn = known && known.checksum !== migration.checksum ? known.appliedOn : [];
  const { statements } = up;
  return { service, filename, version, name, hasDown: down !== null, statements, action, appliedOn };
}

function chooseAction(
  migration: MigrationSource,
  known: Known | undefined,
  options: ImportOptions,
): ImportItem["action"] {
  if (!known) return "create";
  const sameUp = known.checksum === migration.checksum;
  if (sameUp && known.down === migration.down) return "same";
  if (!options.overwrite) return "differs";
  const changesApplied = !sameUp && known.appliedOn.length > 0 && migration.kind === "versioned";
  return changesApplied && !options.overwriteApplied ? "differs" : "update";
}

function readScript(script: string, place: ScriptPlace): { statements: number; problems: ImportProblem[] } {
  const file = place.path;
  const parsed = parseScript(script);
  const problems = parsed.problems
    .slice(0, 20)
    .map(({ code, column, message, hint, ...at }): ImportProblem => {
      const line = at.line + place.linesAbove;
      return { level: "error", code, file, line, column, message, hint: hint ?? null };
    });
  return { statements: parsed.statements.length, problems };
}

function warning(file: string, code: string, message: string): ImportProblem {
  return { level: "warning", code, file, line: null, column: null, message, hint: null };
}
