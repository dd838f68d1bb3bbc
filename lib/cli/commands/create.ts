import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { DomainError } from "../../errors";
import { type Config, readConfig } from "../config";
import { loadMigrations } from "../files";
import { print, printJson } from "../output";
import { type CommonOptions, isJson } from "../session";

/** UTC, as in the names of the files: 20261110080312. */
export function timestamp(date: Date): string {
  return date.toISOString().replace(/\D/g, "").slice(0, 14);
}

/** "Add orders!" as "add_orders". */
export function fileNameOf(name: string): string {
  return name
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "_")
    .replace(/^_+|_+$/g, "")
    .slice(0, 100);
}

export interface CreateOptions extends CommonOptions {
  /** From what was changed by hand in the target. */
  auto?: boolean;
  schema?: string[];
  exclude?: string[];
  rename?: string[];
  yes?: boolean;
  online?: boolean;
  owners: boolean;
  privileges: boolean;
  /** --no-record: the target's ledger is left alone. */
  record: boolean;
  allowManaged?: boolean;
}

export async function create(name: string, options: CreateOptions): Promise<number> {
  if (options.auto) {
    const { createAuto } = await import("./create-auto");
    return createAuto(name, options);
  }
  const title = name.trim().replaceAll("\n", " ");
  const made = makeFiles(name, options, readConfig(), {
    up: `-- ${title}\n\n`,
    down: `-- Takes back: ${title}\n-- Until there is a statement here, this migration has no way back.\n\n`,
  });
  if (isJson(options)) printJson(made);
  else for (const file of made.files) print(`Made ${file}`);
  return 0;
}

export interface MadeFiles {
  version: string;
  name: string;
  filename: string;
  /** Relative to the current folder. */
  files: string[];
}

/** Writes the scripts of a new migration, under a version after all others. @throws DomainError validation, cli.name */
export function makeFiles(
  name: string,
  options: CommonOptions,
  config: Config,
  scripts: { up: string; down: string | null },
): MadeFiles {
  const base = options.dir ?? config.migrations;
  const slug = fileNameOf(name);
  if (slug === "") {
    throw new DomainError(
      "validation",
      "cli.name",
      `"${name}" holds no letter or digit to name a file with.`,
    );
  }
  const folder = options.service ? join(base, options.service) : base;
  mkdirSync(folder, { recursive: true });
  const version = nextVersion(base, config.service);
  const up = join(folder, `${version}_${slug}.up.sql`);
  const down = join(folder, `${version}_${slug}.down.sql`);
  writeFileSync(up, scripts.up, { flag: "wx" });
  if (scripts.down !== null) writeFileSync(down, scripts.down, { flag: "wx" });
  const files = (scripts.down === null ? [up] : [up, down]).map((file) => relative(process.cwd(), file));
  return { version, name: slug, filename: `${version}_${slug}`, files };
}

/** Now, or a second after the latest migration when that one is younger: two made in one second keep their order. */
function nextVersion(folder: string, service: string | undefined): string {
  const now = timestamp(new Date());
  if (!existsSync(folder)) return now;
  const versions = loadMigrations(folder, service).map((migration) => migration.version);
  const latest = versions
    .filter((version) => /^\d{14}$/.test(version))
    .sort()
    .at(-1);
  if (latest === undefined || latest < now) return now;
  const [, year, month, day, hour, minute, second] = /^(....)(..)(..)(..)(..)(..)$/.exec(latest) ?? [];
  const next = Date.UTC(
    Number(year),
    Number(month) - 1,
    Number(day),
    Number(hour),
    Number(minute),
    Number(second) + 1,
  );
  return timestamp(new Date(next));
}
