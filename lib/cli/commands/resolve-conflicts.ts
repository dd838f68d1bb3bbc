import { existsSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { readDirectives } from "../../core/migration/directives";
import { describePaths } from "../../core/migration/file-sets";
import { renumber, versionAfter } from "../../core/migration/renumber";
import type { MigrationSource } from "../../core/migration/types";
import { compareMigrations } from "../../core/migration/version";
import { isApplied, migrationKey } from "../../core/plan/state";
import type { LedgerRow } from "../../core/plan/types";
import { DomainError } from "../../errors";
import { migrationsFolder, readConfig } from "../config";
import { loadMigrations, readSqlFiles } from "../files";
import { count, note, paint, print, printJson } from "../output";
import { type CommonOptions, isJson, readFolder, withSession } from "../session";
import { scriptsInOrder } from "../sides";
import { findTarget } from "../target";
import { conflictsOf } from "./check-conflicts";
import { onScratch } from "./compare";
import { timestamp } from "./create";

interface ResolveOptions extends CommonOptions {
  strategy: "reorder" | "merge";
  dryRun?: boolean;
  replay: boolean;
}

interface Change {
  from: string;
  /** null: the file is gone, its script is in the merged migration. */
  to: string | null;
}

interface Resolution {
  changes: Change[];
  /** Made anew. */
  written: { path: string; text: string }[];
}

/**
 * Gives migrations that stand beside another line of history a place after it: under a version after all others
 * (`reorder`), or joined into one migration there (`merge`). What is applied keeps its name.
 */
export async function resolveConflicts(options: ResolveOptions): Promise<number> {
  const config = readConfig();
  const target = await findTarget(options, config);
  const ledger = target ? await withSession(options, async (session) => session.ledger) : [];
  const { migrations } = readFolder(options);
  const movable = movableOf(migrations, ledger, options.strategy);
  const folder = migrationsFolder(config, options.dir);
  const resolution =
    movable.length === 0 ? NOTHING : planResolution(options.strategy, folder, migrations, movable);
  if (!options.dryRun) carryOut(folder, resolution);
  const replayed =
    movable.length > 0 && options.replay && !options.dryRun
      ? await tryNewOrder(folder, config.service)
      : null;
  const place = (path: string) => relative(process.cwd(), join(folder, path));
  const told = {
    strategy: options.strategy,
    done: !options.dryRun,
    renamed: resolution.changes.flatMap(({ from, to }) =>
      to === null ? [] : [{ from: place(from), to: place(to) }],
    ),
    removed: resolution.changes.flatMap(({ from, to }) => (to === null ? [place(from)] : [])),
    written: resolution.written.map(({ path }) => place(path)),
    replayed,
  };
  if (isJson(options)) printJson(told);
  else show(told);
  return replayed && !replayed.ok ? 1 : 0;
}

const NOTHING: Resolution = { changes: [], written: [] };

/** What is out of order or shares its version, and is not applied; in their order. To be one, twins come along. */
function movableOf(
  migrations: readonly MigrationSource[],
  ledger: readonly LedgerRow[],
  strategy: ResolveOptions["strategy"],
): MigrationSource[] {
  const applied = new Set(ledger.filter(isApplied).map(migrationKey));
  const named = new Set(
    conflictsOf(migrations, ledger)
      .filter((one) => one.code === "out_of_order" || one.code === "duplicate_version")
      .map(migrationKey),
  );
  const versions = new Set(
    migrations.filter((one) => named.has(migrationKey(one))).map((one) => `${one.service}/${one.version}`),
  );
  const isMeant = (one: MigrationSource) =>
    named.has(migrationKey(one)) ||
    (strategy === "merge" && one.kind === "versioned" && versions.has(`${one.service}/${one.version}`));
  return migrations.filter((one) => isMeant(one) && !applied.has(migrationKey(one))).sort(compareMigrations);
}

function planResolution(
  strategy: ResolveOptions["strategy"],
  folder: string,
  migrations: readonly MigrationSource[],
  movable: readonly MigrationSource[],
): Resolution {
  const files = readSqlFiles(folder).map((file) => file.path);
  if (strategy === "reorder" || movable.length === 1) return reorder(files, migrations, movable);
  return merge(files, migrations, movable);
}

function latestVersion(migrations: readonly MigrationSource[], service: string): string {
  const own = migrations.filter((one) => one.service === service && one.kind === "versioned");
  return own.sort(compareMigrations).at(-1)?.version ?? timestamp(new Date());
}

function reorder(
  files: readonly string[],
  migrations: readonly MigrationSource[],
  movable: readonly MigrationSource[],
): Resolution {
  const latest = new Map<string, string>();
  const changes = movable.flatMap((migration) => {
    const before = latest.get(migration.service) ?? latestVersion(migrations, migration.service);
    const version = versionAfter(before, timestamp(new Date()));
    latest.set(migration.service, version);
    return filesOf(files, migration).map((from) => ({ from, to: renamed(from, migration, version) }));
  });
  return { changes, written: [] };
}

function filesOf(files: readonly string[], migration: MigrationSource): string[] {
  const parts = describePaths(files);
  return files.filter((path) => {
    const part = parts.get(path);
    if (!part || typeof part === "string" || part.version !== migration.version) return false;
    // Flyway's U1__anything.sql belongs to V1__name.sql.
    return part.filename === migration.filename || /(^|\/)U\d[^/]*$/.test(path);
  });
}

/** The part of the path that carries the version, under the new one. */
function renamed(path: string, migration: MigrationSource, version: string): string {
  const parts = path.split("/");
  const found = parts.findLastIndex((part) => part.startsWith(migration.filename) || /^U\d/.test(part));
  // A down script in a folder of its own may share no more than the version with its up script.
  const at = found === -1 ? parts.length - 1 : found;
  const next = renumber(parts[at] ?? "", version);
  if (next === null) {
    throw new DomainError(
      "validation",
      "resolve.no_version",
      `${path} carries no version that could be changed.`,
    );
  }
  return parts.with(at, next).join("/");
}

function merge(
  files: readonly string[],
  migrations: readonly MigrationSource[],
  movable: readonly MigrationSource[],
): Resolution {
  const services = new Set(movable.map((one) => one.service));
  const apart = movable.find((one) => readDirectives(one.up).directives.transaction === "none");
  if (services.size > 1 || apart) {
    const why = apart
      ? `${apart.filename} runs outside of a transaction`
      : `they belong to ${[...services].join(" and ")}`;
    throw new DomainError("precondition", "resolve.no_merge", `These migrations cannot be one: ${why}.`, {
      hint: "Use --strategy=reorder.",
    });
  }
  const first = movable[0] as MigrationSource;
  const own = filesOf(files, first)[0] ?? "";
  const version = versionAfter(latestVersion(migrations, first.service), timestamp(new Date()));
  const stem = `${version}_merge_${movable
    .map((one) => one.name)
    .join("_and_")
    .slice(0, 80)}`;
  // Beside the migration's own file, or beside its folder where each has one of its own.
  const inFolder = /(^|\/)(up|down|migration)\.sql$/i.test(own);
  const base = join(inFolder ? dirname(dirname(own)) : dirname(own), stem).replaceAll("\\", "/");
  const part = (one: MigrationSource, sql: string) => `-- ${one.filename}\n${sql.trimEnd()}\n`;
  const up = movable.map((one) => part(one, one.up)).join("\n");
  const written = [{ path: `${base}.up.sql`, text: up }];
  if (movable.every((one) => one.down !== null)) {
    const down = movable.toReversed().map((one) => part(one, one.down ?? ""));
    written.push({ path: `${base}.down.sql`, text: down.join("\n") });
  }
  return {
    changes: movable.flatMap((one) => filesOf(files, one).map((from) => ({ from, to: null }))),
    written,
  };
}

function carryOut(folder: string, { changes, written }: Resolution): void {
  for (const { to } of changes) if (to !== null) requireFree(join(folder, to));
  for (const { path } of written) requireFree(join(folder, path));
  for (const { path, text } of written) writeFileSync(join(folder, path), text, { flag: "wx" });
  for (const { from, to } of changes) {
    if (to === null) {
      rmSync(join(folder, from));
      continue;
    }
    const [old, next] = movedPart(from, to);
    // The folder of a migration moves once, with all that is in it.
    if (existsSync(join(folder, old))) renameSync(join(folder, old), join(folder, next));
  }
}

/** The first part of the path that changes, with what leads to it. */
function movedPart(from: string, to: string): [string, string] {
  const [a, b] = [from.split("/"), to.split("/")];
  const at = a.findIndex((part, index) => part !== b[index]);
  return [a.slice(0, at + 1).join("/"), b.slice(0, at + 1).join("/")];
}

function requireFree(path: string): void {
  if (!existsSync(path)) return;
  throw new DomainError("conflict", "resolve.taken", `There is already a file ${path}.`);
}

async function tryNewOrder(
  folder: string,
  service: string | undefined,
): Promise<{ ok: boolean; message: string | null }> {
  const scripts = scriptsInOrder(loadMigrations(folder, service));
  return onScratch(async (embedded, signal) => {
    const { replayScripts } = await import("../../postgres/replay/replay");
    try {
      await replayScripts({ like: null, scripts, role: "dbmigrator_owner", embedded, signal });
      return { ok: true, message: null };
    } catch (error) {
      if (error instanceof DomainError && error.code === "replay.failed")
        return { ok: false, message: error.message };
      throw error;
    }
  });
}

function show(told: {
  done: boolean;
  renamed: { from: string; to: string }[];
  removed: string[];
  written: string[];
  replayed: { ok: boolean; message: string | null } | null;
}): void {
  const verb = told.done ? "" : "would have been ";
  for (const { from, to } of told.renamed) print(`${verb}renamed ${from} → ${to}`);
  for (const path of told.written) print(`${verb}written ${path}`);
  for (const path of told.removed) print(`${verb}removed ${path}`);
  const total = told.renamed.length + told.removed.length;
  if (total === 0) print(`${paint.green("✓")} Nothing to resolve.`);
  else if (told.done) note(`${count(total, "file")} changed. Tell those who applied them elsewhere.`);
  if (told.replayed?.ok)
    print(`${paint.green("✓")} Tried: in this order all of them run in an empty database.`);
  else if (told.replayed) print(`${paint.red("✗")} In this order they do not run: ${told.replayed.message}`);
}
