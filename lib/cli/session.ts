import { userInfo } from "node:os";
import type pg from "pg";
import type { MigrationSource } from "../core/migration/types";
import type { LedgerRow } from "../core/plan/types";
import { loginName } from "../env-cli";
import { leaveConnection } from "../postgres/connection/connect";
import type { ConnectionSpec } from "../postgres/connection/connection-spec";
import { readLedger } from "../postgres/ledger/ledger";
import { type Config, migrationsFolder, readConfig } from "./config";
import { loadMigrations, readSqlFilesInTurns } from "./files";
import { openTarget, requireTarget, type TargetOptions } from "./target";

/** Options that most commands share. */
export interface CommonOptions extends TargetOptions {
  dir?: string;
  service?: string;
  json?: boolean;
  format?: string;
  exitCode?: boolean;
}

export interface Session {
  config: Config;
  migrations: MigrationSource[];
  spec: ConnectionSpec;
  client: pg.Client;
  ledger: LedgerRow[];
}

export function isJson(options: CommonOptions): boolean {
  return options.json === true || options.format === "json";
}

/** The migrations in the folder, of one service when --service says so. */
export function readFolder(options: CommonOptions): {
  config: Config;
  folder: string;
  migrations: MigrationSource[];
} {
  const config = readConfig();
  const folder = migrationsFolder(config, options.dir);
  return { config, folder, migrations: chosen(loadMigrations(folder, config.service), options) };
}

async function readFilesInTurns(options: CommonOptions, config: Config) {
  const folder = migrationsFolder(config, options.dir);
  return { folder, files: await readSqlFilesInTurns(folder) };
}

function chosen<T extends { service: string }>(all: T[], { service }: CommonOptions): T[] {
  return service ? all.filter((one) => one.service === service) : all;
}

/** Opens the target and reads folder and ledger; closes in any case. @param given instead of the folder's migrations */
export async function withSession<T>(
  options: CommonOptions,
  work: (session: Session) => Promise<T>,
  given?: MigrationSource[],
): Promise<T> {
  const config = readConfig();
  const opening = openTarget(await requireTarget(options, config));
  const ledger = opening.then(({ client }) => readLedger(client));
  // The files are read while the connection is made, and understood while the server reads its ledger.
  const reading = given ? null : readFilesInTurns(options, config);
  // Told below, the target's problem first.
  for (const one of [ledger, reading]) one?.catch(() => {});
  const { client, spec } = await opening;
  try {
    const read = await reading;
    const migrations = read
      ? chosen(loadMigrations(read.folder, config.service, read.files), options)
      : (given ?? []);
    return await work({ config, migrations, spec, client, ledger: chosen(await ledger, options) });
  } finally {
    leaveConnection(client);
  }
}

/** For the ledger: who applied it. */
export function appliedBy(): string {
  return `${loginName() ?? accountName()} (cli)`;
}

function accountName(): string {
  try {
    return userInfo().username;
  } catch {
    return "unknown"; // a container's user without an entry in /etc/passwd
  }
}

/** What a program needs to know the target again; no password. */
export function targetName(spec: ConnectionSpec, environment: string | undefined) {
  const { host, port, database, user } = spec;
  return { environment: environment ?? null, host, port, database, user };
}
