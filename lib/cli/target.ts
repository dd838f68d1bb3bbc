import { readFileSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import type pg from "pg";
import { connectionFromEnv, postgresVariable } from "../env-cli";
import { DomainError } from "../errors";
import { openConnection } from "../postgres/connection/connect";
import type { ConnectionSpec } from "../postgres/connection/connection-spec";
import { parseConnectionString } from "../postgres/connection/connection-string";
import type { Config } from "./config";
import { warn } from "./output";
import { askSecret } from "./prompt";

export interface TargetOptions {
  url?: string;
  env?: string;
}

/** What `--url`, `--env` and the environment say, before anything is opened; null when none of them is given. */
export async function findTarget(options: TargetOptions, config: Config): Promise<ConnectionSpec | null> {
  const found = source(options, config);
  if (!found) return null;
  const user = postgresVariable("PGUSER");
  const spec = parseConnectionString(found.text, user === undefined ? {} : { user });
  if (found.ca) spec.ca = found.ca;
  if (spec.password !== undefined && found.from === "url") {
    warn("the password in --url can be read in the list of processes; PGPASSWORD or PGPASSFILE is safer.");
  }
  return withPassword(spec);
}

/** The password that the address does not hold, from PGPASSWORD or the password file. */
export function withPassword(spec: ConnectionSpec): ConnectionSpec {
  const password = spec.password ?? postgresVariable("PGPASSWORD") ?? fromPasswordFile(spec);
  return password === undefined ? spec : { ...spec, password };
}

/** @throws DomainError validation, cli.no_target */
export async function requireTarget(options: TargetOptions, config: Config): Promise<ConnectionSpec> {
  const spec = await findTarget(options, config);
  if (spec) return spec;
  const names = Object.keys(config.environments);
  const known = names.length > 0 ? ` Known environments: ${names.join(", ")}.` : "";
  throw new DomainError("validation", "cli.no_target", "No target is given.", {
    hint: `Use --url postgres://user@host/database, --env NAME, or set DB_CONNECTION.${known}`,
  });
}

/** Opens the target; asks for the password when the server wants one and a person is there. */
export async function openTarget(spec: ConnectionSpec): Promise<{ client: pg.Client; spec: ConnectionSpec }> {
  const named = { applicationName: "dbmigrator cli", ...spec };
  try {
    return { client: await openConnection(named), spec };
  } catch (error) {
    const missing = error instanceof DomainError && error.code === "target.password_missing";
    if (!missing || !process.stdin.isTTY) throw error;
    const password = await askSecret(`Password of ${spec.user} at ${spec.host}: `);
    return { client: await openConnection({ ...named, password }), spec: { ...spec, password } };
  }
}

interface Source {
  text: string;
  from: "url" | "environment";
  ca?: string;
}

function source(options: TargetOptions, config: Config): Source | null {
  if (options.url !== undefined) return { text: options.url, from: "url" };
  if (options.env !== undefined) return environment(options.env, config);
  const text = connectionFromEnv();
  return text ? { text, from: "environment" } : null;
}

function environment(name: string, config: Config): Source {
  const entry = config.environments[name];
  const text = connectionFromEnv(name) ?? entry?.url;
  if (text !== undefined) return { text, from: "environment", ...(entry?.ca ? { ca: entry.ca } : {}) };
  const variable = `DB_CONNECTION_${name.toUpperCase().replaceAll("-", "_")}`;
  throw new DomainError("validation", "cli.unknown_environment", `The environment ${name} is not known.`, {
    hint: `Set ${variable}, or add environments.${name} to dbmigrator.json.`,
  });
}

/** host:port:database:user:password lines (docs: "The Password File"). */
function fromPasswordFile(spec: ConnectionSpec): string | undefined {
  const named = postgresVariable("PGPASSFILE");
  const file = named ?? join(homedir(), ".pgpass");
  let text: string;
  try {
    if (process.platform !== "win32" && (statSync(file).mode & 0o077) !== 0) {
      warn(`${file} is readable by others and is not used; make it private with chmod 600.`);
      return undefined;
    }
    text = readFileSync(file, "utf8");
  } catch {
    if (named) warn(`${file} (PGPASSFILE) cannot be read.`);
    return undefined;
  }
  const wanted = [spec.host, String(spec.port), spec.database, spec.user];
  for (const line of text.split(/\r?\n/)) {
    if (line.startsWith("#")) continue;
    const fields = (line.match(/(?:\\.|[^:\\])*(?::|$)/g) ?? []).map((field) =>
      field.replace(/:$/, "").replace(/\\(.)/g, "$1"),
    );
    const fits = wanted.every((value, at) => fields[at] === "*" || fields[at] === value);
    if (fits && fields.length >= 5) return fields[4];
  }
  return undefined;
}
