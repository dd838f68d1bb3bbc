import { randomBytes } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { env } from "../env";
import { projectRoot } from "./root";

/** The folder of this instance: the embedded server, the key, the checkpoints. Made when missing. */
export async function dataFolder(): Promise<string> {
  const folder = resolve(env().DBMIGRATOR_DATA ?? join(projectRoot(), ".dbmigrator"));
  await mkdir(folder, { recursive: true, mode: 0o755 });
  return folder;
}

/** The instance's key: DBMIGRATOR_SECRET, or the file made at first start, which only its owner may read. */
export async function readSecret(folder: string): Promise<string> {
  const given = env().DBMIGRATOR_SECRET;
  if (given) return given;
  const file = join(folder, "secret");
  const known = (await readFile(file, "utf8").catch(ignoreMissing))?.trim();
  if (known) return known;
  const secret = randomBytes(32).toString("base64");
  // Renamed when complete: a full disk must not leave half a key.
  await writeFile(`${file}.new`, `${secret}\n`, { mode: 0o600 });
  await rename(`${file}.new`, file);
  return secret;
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== "ENOENT") throw error;
}
