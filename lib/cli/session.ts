import { userInfo } from "node:os";
import type pg from "pg";
import type { MigrationSource } from "../core/migration/types";
import type { LedgerRow } from "../core/plan/types";
import { loginName } from "../env-cli";
import { closeConnection } from "../postgres/connect";
import type { ConnectionSpec } from "../postgres/connection-spec";
import { readLedger } from "../postgres/ledger";
import { type Config, migrationsFolder, readConfig } from "./config";
import { loadMigrations } from "./files";
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
  const all = loadMigrations(folder, config.service);
  const migrations = options.service ? all.filter((one) => one.service === options.service) : all;
  return { config, folder, migrations };
}

/** Opens the target and reads folder and ledger; closes in any case. @param given instead of the folder's migrations */
export async function withSession<T>(
  options: CommonOptions,
  work: (session: Session) => Promise<T>,
  given?: MigrationSource[],
): Promise<T> {
  const config = readConfig();
  const wanted = await requireTarget(options, config);
  const { client, spec } = await openTarget(wanted);
  try {
    const reading = readLedger(client);
    reading.catch(() => {}); // told below, unless the files cannot be read
    // The files are read while the server answers.
    await new Promise(setImmediate);
    const migrations = given ?? readFolder(options).migrations;
    const rows = await reading;
    const ledger = options.service ? rows.filter((row) => row.service === options.service) : rows;
    return await work({ config, migrations, spec, client, ledger });
  } finally {
    await closeConnection(client);
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
