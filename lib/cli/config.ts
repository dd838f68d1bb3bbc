import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { DomainError } from "../errors";

export const CONFIG_FILE = "dbmigrator.json";

export interface EnvironmentConfig {
  /** postgres://… or Host=…;Database=…, better without a password. */
  url?: string;
  /** PEM of the certificate authority, or a file with it, relative to dbmigrator.json. */
  ca?: string;
}

/** dbmigrator.json, as `init` writes it. */
export interface Config {
  /** Folder of dbmigrator.json; the current folder when there is none. */
  root: string;
  file: string | null;
  /** Folder of the migrations, absolute. */
  migrations: string;
  /** Name of the only service; without it sub-folders are services. */
  service?: string;
  environments: Record<string, EnvironmentConfig>;
}

/**
 * Reads the dbmigrator.json of this folder or of the nearest one above.
 * @throws DomainError validation, config.invalid with the field
 */
export function readConfig(from: string = process.cwd()): Config {
  const file = findUp(resolve(from));
  if (!file) {
    const root = resolve(from);
    return { root, file: null, migrations: join(root, "migrations"), environments: {} };
  }
  const root = dirname(file);
  const raw = parse(file);
  checkKeys(raw, ["$schema", "migrations", "service", "environments"], file, "");
  const config: Config = {
    root,
    file,
    migrations: resolve(root, text(raw.migrations, "migrations", file) ?? "migrations"),
    environments: readEnvironments(raw.environments, file),
  };
  const service = text(raw.service, "service", file);
  if (service !== undefined) config.service = service;
  return config;
}

/** Where migrations are: --dir, else dbmigrator.json, else ./migrations. @throws DomainError files.no_folder */
export function migrationsFolder(config: Config, dir: string | undefined): string {
  const folder = dir === undefined ? config.migrations : resolve(dir);
  if (existsSync(folder) && statSync(folder).isDirectory()) return folder;
  throw new DomainError("validation", "files.no_folder", `There is no folder ${folder}.`, {
    hint: "Name the folder of the migrations with --dir, or make one with `dbmigrator init`.",
  });
}

function findUp(folder: string): string | null {
  const file = join(folder, CONFIG_FILE);
  if (existsSync(file)) return file;
  const parent = dirname(folder);
  return parent === folder ? null : findUp(parent);
}

type Raw = Record<string, unknown>;

function parse(file: string): Raw {
  try {
    const value: unknown = JSON.parse(readFileSync(file, "utf8").replace(/^\uFEFF/, ""));
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Raw;
  } catch (error) {
    throw invalid(file, `it is not JSON: ${(error as Error).message}`);
  }
  throw invalid(file, "it does not hold an object");
}

function readEnvironments(value: unknown, file: string): Record<string, EnvironmentConfig> {
  if (value === undefined) return {};
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw invalid(file, "environments is not an object");
  }
  return Object.fromEntries(
    Object.entries(value as Raw).map(([name, entry]) => [name, readEnvironment(entry, name, file)]),
  );
}

function readEnvironment(entry: unknown, name: string, file: string): EnvironmentConfig {
  if (typeof entry === "string") return { url: entry };
  const field = `environments.${name}`;
  if (typeof entry !== "object" || entry === null || Array.isArray(entry)) {
    throw invalid(file, `${field} is neither a connection string nor an object`);
  }
  const raw = entry as Raw;
  checkKeys(raw, ["url", "ca"], file, `${field}.`);
  const url = text(raw.url, `${field}.url`, file);
  const ca = text(raw.ca, `${field}.ca`, file);
  return { ...(url === undefined ? {} : { url }), ...(ca === undefined ? {} : { ca: readCa(ca, file) }) };
}

function readCa(ca: string, file: string): string {
  if (ca.includes("-----BEGIN")) return ca;
  try {
    return readFileSync(resolve(dirname(file), ca), "utf8");
  } catch {
    throw invalid(file, `the certificate ${ca} cannot be read`);
  }
}

function checkKeys(raw: Raw, known: string[], file: string, prefix: string): void {
  const unknown = Object.keys(raw).find((key) => !known.includes(key));
  if (unknown) throw invalid(file, `${prefix}${unknown} is unknown; known are ${known.join(", ")}`);
}

function text(value: unknown, field: string, file: string): string | undefined {
  if (value === undefined || typeof value === "string") return value;
  throw invalid(file, `${field} is not a text`);
}

function invalid(file: string, why: string): DomainError {
  return new DomainError("validation", "config.invalid", `${file} cannot be used: ${why}.`);
}
