import { existsSync, statSync } from "node:fs";
import { basename, relative, resolve } from "node:path";
import { readSnapshotFile } from "../core/comparison/snapshot-file";
import type { MigrationSource } from "../core/migration/types";
import { planUp } from "../core/plan/plan";
import { connectionFromEnv } from "../env-cli";
import { DomainError } from "../errors";
import { closeConnection } from "../postgres/connection/connect";
import { describeSpec } from "../postgres/connection/connection-spec";
import type { SideSource } from "../postgres/replay/read-sides";
import type { ReplayScript } from "../postgres/replay/replay";
import type { Config } from "./config";
import { loadMigrations, readText } from "./files";
import { openTarget, requireTarget } from "./target";

/** A connection string in one of its two forms. */
const CONNECTION = /^postgres(?:ql)?:\/\/|^\s*\w+\s*=[^;]*;/i;

/**
 * What a person named as one side of a comparison: a connection string, an environment, a folder of migrations, an SQL
 * file or a snapshot. A folder `test` beside an environment of that name is `./test`.
 * @throws DomainError validation, cli.no_side; files.*, snapshot.invalid, config.*
 */
export async function findSide(text: string, config: Config, service?: string): Promise<SideSource> {
  if (CONNECTION.test(text)) return databaseSide({ url: text }, config);
  if (isEnvironment(text, config)) return databaseSide({ env: text }, config);
  const path = resolve(text);
  if (existsSync(path))
    return statSync(path).isDirectory() ? folderSide(path, config, service) : fileSide(path);
  if (/[\\/]|\.(sql|json|html)$/i.test(text)) {
    throw new DomainError("validation", "cli.no_side", `There is no file or folder ${text}.`, {
      hint: "Give a postgres URL, an environment, a folder of migrations, an SQL file or a snapshot.",
    });
  }
  return databaseSide({ env: text }, config);
}

function isEnvironment(text: string, config: Config): boolean {
  return /^[\w-]+$/.test(text) && (Object.hasOwn(config.environments, text) || !!connectionFromEnv(text));
}

async function databaseSide(options: { url?: string; env?: string }, config: Config): Promise<SideSource> {
  const wanted = await requireTarget(options, config);
  // Opened once here: a password that is missing is asked for before anything takes long.
  const { client, spec } = await openTarget(wanted);
  await closeConnection(client);
  return { kind: "database", label: options.env ?? describeSpec(spec), spec };
}

/** A folder's migrations in the order in which they are applied, repeatable ones last. */
function folderSide(folder: string, config: Config, service: string | undefined): SideSource {
  const all = loadMigrations(folder, config.service);
  const migrations = service === undefined ? all : all.filter((one) => one.service === service);
  if (migrations.length === 0) {
    throw new DomainError("validation", "cli.no_side", `There are no migrations in ${folder}.`);
  }
  const label = relative(process.cwd(), folder) || basename(folder);
  return { kind: "scripts", label, scripts: scriptsInOrder(migrations) };
}

/** As `up` would run them in an empty database: also by what they require of other services. */
export function scriptsInOrder(migrations: readonly MigrationSource[]): ReplayScript[] {
  return planUp(migrations, []).steps.map(({ migration }) => ({
    name: migration.filename,
    sql: migration.up,
  }));
}

function fileSide(path: string): SideSource {
  const label = relative(process.cwd(), path);
  const text = readText(path);
  if (/\.sql$/i.test(path))
    return { kind: "scripts", label, scripts: [{ name: label, sql: withoutPsql(text) }] };
  return { kind: "snapshot", label, snapshot: readSnapshotFile(text, label).snapshot };
}

/** Lines that pg_dump writes for psql alone (documentation: pg_dump, --restrict-key). */
function withoutPsql(text: string): string {
  return text.replace(/^\\(?:un)?restrict .*$/gm, "").replace(/^\\connect .*$/gm, "");
}
