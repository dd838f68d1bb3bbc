import { randomUUID } from "node:crypto";
import { chown, lstat, mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { DomainError } from "../../errors";

/** Who the server runs as; empty: the user of this process. */
export interface ServerUser {
  uid?: number;
  gid?: number;
}

/** PostgreSQL refuses to run as root, so root hands it to `nobody`, which every Unix has. */
export async function serverUser(): Promise<ServerUser> {
  if (process.getuid?.() !== 0) return {};
  const passwd = await readFile("/etc/passwd", "utf8").catch(() => "");
  for (const line of passwd.split("\n")) {
    const [name, , uid, gid] = line.split(":");
    if (name === "nobody" && uid && gid) return { uid: Number(uid), gid: Number(gid) };
  }
  throw new DomainError(
    "precondition",
    "embedded.no_user",
    "PostgreSQL does not run as root, and this machine has no user called nobody.",
    { hint: "Start DBMigrator as an ordinary user, or set DATABASE_URL to a server of your own." },
  );
}

/** Gives a path to the server's user; nothing to do when that is us. */
export async function giveTo(user: ServerUser, path: string): Promise<void> {
  if (user.uid !== undefined && user.gid !== undefined) await chown(path, user.uid, user.gid);
}

/** Whether everybody may pass through every folder above `path` (a home folder of mode 0700 stops the server's user). */
export async function isReachableByAll(path: string): Promise<boolean> {
  let folder = resolve(path);
  for (;;) {
    const found = await stat(folder).catch(() => null);
    if (found?.isDirectory() && (found.mode & 0o001) === 0) return false;
    const parent = dirname(folder);
    if (parent === folder) return true;
    folder = parent;
  }
}

/** A folder of root that every user may pass through. @throws DomainError when neither place can be made */
export async function sharedFolder(name: string): Promise<string> {
  for (const base of ["/var/lib/dbmigrator", "/var/tmp/dbmigrator-0"]) {
    const folder = join(base, name);
    try {
      await mkdir(folder, { recursive: true, mode: 0o755 });
      // /var/tmp is everybody's: a folder that somebody else prepared there is not ours.
      const owner = await lstat(base);
      if (owner.isDirectory() && owner.uid === 0) return folder;
    } catch {}
  }
  throw new DomainError(
    "precondition",
    "embedded.no_folder",
    "No folder for the embedded server: neither /var/lib/dbmigrator nor /var/tmp/dbmigrator-0 can be written.",
    { hint: "Set DBMIGRATOR_DATA to a folder that the user nobody may reach." },
  );
}

/**
 * Where the cluster of `dataDir` lies: there, or, when the server's user cannot go there, in a shared folder whose
 * path `dataDir/location` keeps. A new clone gets a new folder, never the data of an earlier one.
 */
export async function clusterFolder(dataDir: string, user: ServerUser): Promise<string> {
  await mkdir(dataDir, { recursive: true, mode: 0o755 });
  if (user.uid === undefined || (await isReachableByAll(dataDir))) return dataDir;
  const note = join(dataDir, "location");
  const known = (await readFile(note, "utf8").catch(() => "")).trim();
  if (known) {
    await mkdir(known, { recursive: true, mode: 0o755 });
    return known;
  }
  const folder = await sharedFolder(`data-${randomUUID().slice(0, 13)}`);
  await writeFile(note, `${folder}\n`);
  return folder;
}
