import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { DomainError } from "../../errors";
import { readConfig } from "../config";
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

export async function create(name: string, options: CommonOptions): Promise<number> {
  const config = readConfig();
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
  const title = name.trim().replaceAll("\n", " ");
  writeFileSync(up, `-- ${title}\n\n`, { flag: "wx" });
  writeFileSync(
    down,
    `-- Takes back: ${title}\n-- Until there is a statement here, this migration has no way back.\n\n`,
    { flag: "wx" },
  );
  const files = [up, down].map((file) => relative(process.cwd(), file));
  if (isJson(options)) printJson({ version, name: slug, filename: `${version}_${slug}`, files });
  else for (const file of files) print(`Made ${file}`);
  return 0;
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
