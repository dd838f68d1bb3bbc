import { isUtf8 } from "node:buffer";
import { type Dirent, readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { type MigrationFile, readMigrations } from "../core/migration/layouts";
import type { MigrationSource } from "../core/migration/types";
import { DomainError } from "../errors";
import { warn } from "./output";

/** Deeper folders hold no migrations in any of the layouts. */
const DEEPEST = 4;

/** Every .sql file below a folder, paths with `/`; links are followed no further than the folder. */
export function readSqlFiles(folder: string): MigrationFile[] {
  return [...walk(folder, "", 0)];
}

/** So many files are read before others have a turn: a millisecond or two. */
const FILES_PER_TURN = 16;

/** The same a few files at a time, so that a connection that is being made goes on meanwhile. */
export async function readSqlFilesInTurns(folder: string): Promise<MigrationFile[]> {
  const files: MigrationFile[] = [];
  for (const file of walk(folder, "", 0)) {
    files.push(file);
    if (files.length % FILES_PER_TURN === 0) await new Promise(setImmediate);
  }
  return files;
}

function* walk(folder: string, prefix: string, depth: number): Generator<MigrationFile> {
  if (depth > DEEPEST) return;
  const place = `${folder}${sep}${prefix}`;
  for (const entry of entriesOf(place.slice(0, -1))) {
    if (entry.name.startsWith(".") || entry.name === "node_modules") continue;
    const full = `${place}${entry.name}`;
    if (entry.isDirectory()) yield* walk(folder, `${prefix}${entry.name}/`, depth + 1);
    else if (entry.isSymbolicLink() && isFolder(full)) {
      warn(`${relative(process.cwd(), full)} is a link to a folder and is not followed.`);
    } else if (/\.sql(\.conf)?$/i.test(entry.name)) {
      yield { path: `${prefix}${entry.name}`, content: readText(full) };
    }
  }
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    throw unreadable("folder", folder, error);
  }
}

function isFolder(link: string): boolean {
  try {
    return statSync(link).isDirectory();
  } catch {
    return false; // it leads nowhere, or in a circle: reading it says so where it is named like a script
  }
}

/** @param what a file or a folder */
function unreadable(what: string, path: string, error: unknown): DomainError {
  const { code } = error as NodeJS.ErrnoException;
  const why = {
    ENOENT: "it is not there",
    EACCES: "its permissions do not let this user",
    ELOOP: "its links lead in a circle",
  };
  const reason = why[code as keyof typeof why] ?? code ?? "unknown";
  return new DomainError("validation", "files.unreadable", `The ${what} ${path} cannot be read: ${reason}.`);
}

/** @throws DomainError validation, files.not_utf8, files.unreadable */
export function readText(path: string): string {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    throw unreadable("file", path, error);
  }
  // What is not UTF-8 is read as U+FFFD; a file may also hold that character itself.
  if (!text.includes("\ufffd") || isUtf8(readFileSync(path))) return text;
  throw new DomainError("validation", "files.not_utf8", `${path} is not UTF-8.`, {
    hint: "Save it as UTF-8.",
  });
}

/**
 * The migrations of a folder. Warnings go to the error stream.
 * @param files of the folder, when they are read already
 * @throws DomainError validation, files.problems with every file that cannot be used
 */
export function loadMigrations(
  folder: string,
  service: string | undefined,
  files = readSqlFiles(folder),
): MigrationSource[] {
  const { migrations, problems } = readMigrations(files, service === undefined ? {} : { service });
  const errors = problems.filter((problem) => problem.level === "error");
  const place = (path: string, line?: number) =>
    `${relative(process.cwd(), join(folder, path)) || path}${line ? `:${line}` : ""}`;
  for (const problem of problems) {
    if (problem.level === "warning") warn(`${place(problem.path, problem.line)}: ${problem.message}`);
  }
  if (errors.length === 0) return migrations;
  const lines = errors.map((problem) => `  ${place(problem.path, problem.line)}: ${problem.message}`);
  throw new DomainError(
    "validation",
    "files.problems",
    `The migrations cannot be used as they are:\n${lines.join("\n")}`,
    { details: { problems: errors } },
  );
}
