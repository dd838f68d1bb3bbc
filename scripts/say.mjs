// What the scripts share: one clear line for every way in which starting fails.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("..", import.meta.url)).replace(/[\\/]$/, "");

const EXPLAINED = [
  [
    /ENOSPC|no space left on device|No space left/i,
    "The disk is full: no space left to write. Free some space and start again.",
  ],
  [
    /EROFS|read-only file system/i,
    "The folder is on a read-only file system: copy DBMigrator to one that can be written.",
  ],
  [/EACCES|EPERM|permission denied/i, null],
  [/EDQUOT|quota exceeded/i, "The disk quota is used up. Free some space and start again."],
  [
    /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ECONNRESET/,
    "The npm registry did not answer. Check the network (or the proxy settings of npm) and start again.",
  ],
];

/** The sentence for an error of the system; undefined when it is none that we know. */
export function explain(text, what = "") {
  for (const [pattern, sentence] of EXPLAINED) {
    if (!pattern.test(text)) continue;
    if (sentence) return sentence;
    const path = /['"]([^'"\n]*[\\/][^'"\n]*)['"]/.exec(text)?.[1];
    return `Permission denied${path ? `: ${path}` : what}. Give this user the right to write there, or set DBMIGRATOR_DATA to a folder of its own.`;
  }
  return undefined;
}

/** Prints one line on standard error and ends with code 1. */
export function fail(line) {
  process.stderr.write(`DBMigrator: ${line.trim()}\n`);
  process.exit(1);
}

/** SHA-256 over files and folders (names and contents), for "built already?" and "installed already?". */
export function fingerprint(paths) {
  const hash = createHash("sha256");
  const add = (path) => {
    const found = statSync(join(root, path), { throwIfNoEntry: false });
    if (!found) return;
    if (found.isDirectory()) {
      for (const name of readdirSync(join(root, path)).sort()) {
        if (name !== "node_modules" && name !== "generated" && !/\.test\.tsx?$/.test(name))
          add(`${path}/${name}`);
      }
      return;
    }
    hash.update(`${path}\0${found.size}\0`).update(readFileSync(join(root, path)));
  };
  for (const path of paths) add(path);
  return hash.digest("hex");
}

export function readJson(path) {
  try {
    return JSON.parse(readFileSync(join(root, path), "utf8"));
  } catch {
    return null;
  }
}
