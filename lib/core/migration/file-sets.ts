import { describePath, type FilePart, readName } from "./file-names";

/** `elsewhere`: a script for another database system, of a set that has one for PostgreSQL too. */
export type Described = FilePart | "unknown" | "elsewhere" | null;

/**
 * What the names of a folder's files say when they are read together: a down script that is told from its up script
 * only by the folder it lies in (`up/` and `down/`, `deploy/` and `revert/`, `rollback/` below it) or by a word at its
 * end (`1_name_down.sql`), and must not run as a migration of its own.
 *
 * @param paths relative, with `/`
 */
export function describePaths(paths: readonly string[]): Map<string, Described> {
  if (!SPECIAL.test(paths.join("\n"))) return new Map(paths.map((path) => [path, describePath(path)]));
  const names = inFolders(byWords(ofPostgres(paths)));
  return new Map(
    paths.map((path): [string, Described] => {
      const name = names.get(path);
      if (name !== undefined) return [path, name === null ? null : describePath(name)];
      const part = describePath(path);
      return [path, part === "unknown" ? null : part && "elsewhere"];
    }),
  );
}

const POSTGRES = "postgres|postgresql|pg|psql";
const OTHER_SYSTEMS = "mysql|mariadb|sqlite3?|mssql|sqlserver|oracle|db2|h2|hsqldb|cockroach|cockroachdb";
const BACK_WORDS = "down|undo|rollback|revert";
const BACK_FOLDERS = "downs?|downgrades?|rollbacks?|reverts?|undos?";

/** What one of the steps below looks for. Most folders have none of it, and `status` need not pay for the steps. */
const SPECIAL = new RegExp(
  `[_-](?:${BACK_WORDS})\\.|\\.(?:do|undo|rollback|revert|${POSTGRES}|${OTHER_SYSTEMS})\\.|(?:^|/)(?:${BACK_FOLDERS})/`,
  "im",
);

/** From each path to the one that would say the same in our own layout; null: it is no migration. */
type Names = Map<string, string | null>;

const ofSystem = (names: string) => new RegExp(`\\.(?:${names})(?=(?:\\.up|\\.down)?\\.sql$)`, "i");
const OURS = ofSystem(POSTGRES);
const OTHERS = ofSystem(OTHER_SYSTEMS);

/** `name.postgres.up.sql` beside `name.mysql.up.sql` (pop, Liquibase): PostgreSQL's own goes before the general one. */
function ofPostgres(paths: readonly string[]): Map<string, string> {
  const own = new Map(paths.filter((path) => OURS.test(path)).map((path) => [path.replace(OURS, ""), path]));
  const general = new Set(paths);
  const folders = new Set([...own.keys()].map(folderOf));
  const names = new Map<string, string>();
  for (const path of paths) {
    if (OURS.test(path)) names.set(path, path.replace(OURS, ""));
    else if (own.has(path)) continue;
    else if (OTHERS.test(path) && (folders.has(folderOf(path)) || general.has(path.replace(OTHERS, ""))))
      continue;
    else names.set(path, path);
  }
  return names;
}

/** postgrator's `1.do.name.sql`; a word after a point is no part of a name, one after a line only beside its up script. */
const POSTGRATOR = /^(\d+)\.(do|undo)(?:\.(.+))?$/i;
const BACK = /\.(?:undo|rollback|revert)$/i;
const BACK_WORD = new RegExp(`[_-](?:${BACK_WORDS})$`, "i");
const UP_WORD = /[_-]up$/i;

function byWords(names: Map<string, string>): Map<string, string> {
  const there = new Set(names.values());
  return new Map([...names].map(([path, name]) => [path, readWords(name, there) ?? name]));
}

/** The canonical path, null when no word says anything. */
function readWords(path: string, there: ReadonlySet<string>): string | null {
  const folder = folderOf(path);
  const stem = stemOf(path);
  if (stem === null) return null;
  const file = (own: string, role: "up" | "down") => `${folder}${own}.${role}.sql`;
  const [, version, verb, name] = POSTGRATOR.exec(stem) ?? [];
  if (version)
    return file(name ? `${version}_${name}` : version, verb?.toLowerCase() === "do" ? "up" : "down");
  const after = stem.replace(BACK, "");
  if (after !== stem && readName(after)) return file(after, "down");
  const has = (own: string) => there.has(`${folder}${own}.sql`);
  const before = stem.replace(BACK_WORD, "");
  if (before !== stem && ["", "_up", "-up", ".up"].some((up) => has(before + up)))
    return file(before, "down");
  const up = stem.replace(UP_WORD, "");
  const backs = BACK_WORDS.split("|");
  if (up !== stem && backs.some((word) => has(`${up}_${word}`) || has(`${up}-${word}`)))
    return file(up, "up");
  return null;
}

const UP_FOLDER = /^(?:ups?|upgrades?|deploy|forward)$/i;
const BACK_FOLDER = new RegExp(`^(?:${BACK_FOLDERS})$`, "i");
/** sqitch's tests of what was deployed. */
const TEST_FOLDER = /^verify$/i;

interface Place {
  path: string;
  kind: "up" | "back" | "test" | "plain";
  /** The folder of all of them. */
  parent: string;
  /** Without suffix; null when it carries no version. */
  own: string | null;
  version: string;
}

/** Down scripts in a folder of their own, beside that of the up scripts or below it. */
function inFolders(names: Map<string, string>): Names {
  const result: Names = new Map(names);
  if (![...names.values()].some((name) => BACK_FOLDER.test(lastFolder(name)))) return result;
  for (const [parent, places] of groupByParent(names)) {
    const ups = new Map(
      places.flatMap((one) => (one.own && /up|plain/.test(one.kind) ? [[one.version, one.own]] : [])),
    );
    if (!places.some((one) => one.kind === "back" && ups.has(one.version))) continue;
    for (const { path, kind, own, version } of places) {
      if (kind === "test") result.set(path, null);
      else if (own && kind === "up") result.set(path, `${parent}${own}.up.sql`);
      else if (own && kind === "back") result.set(path, `${parent}${ups.get(version) ?? own}.down.sql`);
    }
  }
  return result;
}

function groupByParent(names: ReadonlyMap<string, string>): Map<string, Place[]> {
  const groups = new Map<string, Place[]>();
  for (const [path, name] of names) {
    const folder = folderOf(name);
    const last = lastFolder(name);
    const kind = BACK_FOLDER.test(last)
      ? "back"
      : UP_FOLDER.test(last)
        ? "up"
        : TEST_FOLDER.test(last)
          ? "test"
          : "plain";
    const parent = kind === "plain" ? folder : folder.slice(0, folder.length - last.length - 1);
    const stem = stemOf(name)?.replace(/\.(?:up|down)$/, "") ?? "";
    const version = readName(stem)?.version ?? "";
    const place: Place = { path, kind, parent, own: version ? stem : null, version };
    groups.set(parent, [...(groups.get(parent) ?? []), place]);
  }
  return groups;
}

function lastFolder(path: string): string {
  return path.split("/").at(-2) ?? "";
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/") + 1);
}

function stemOf(path: string): string | null {
  return /([^/]*)\.sql$/i.exec(path)?.[1] ?? null;
}
