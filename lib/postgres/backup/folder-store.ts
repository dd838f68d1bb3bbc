import { randomBytes } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, open, readdir, rename, rm, stat, statfs } from "node:fs/promises";
import { dirname, join } from "node:path";
import {
  type ArchiveListing,
  type ArchiveStore,
  type ArchiveWriter,
  type BackupStorage,
  MANIFEST_FILE,
  type StoredFile,
} from "../../core/backup/types";
import { DomainError, keepFailure } from "../../errors";
import { isSafeName } from "./archive-names";
import { readManifest } from "./archive-reader";
import { isForbidden, notAFolder, notWritable } from "./failures";

/** Ending of a file that is being written; readers do not see it. */
const PART = /\.[0-9a-f]{8}\.part$/;

/** An archive in a folder: private to its user, every file durable before it has its name. */
export function folderStore(folder: string): ArchiveStore {
  const pathOf = (name: string) => {
    if (!isSafeName(name)) throw new RangeError(`${name} is no name of an archive's file`);
    return join(folder, name);
  };
  return {
    location: folder,
    write: (name) => writeFile(pathOf(name)),
    read: (name, range) => readFile(pathOf(name), name, range?.start, range?.end),
    list: () => listFiles(folder),
    exists: (name) => stat(pathOf(name)).then((found) => found.isFile(), ifMissing(false, folder)),
    async delete() {
      try {
        // First, so that an interrupted removal leaves nothing that looks like a backup.
        await rm(join(folder, MANIFEST_FILE), { force: true });
        await rm(folder, { recursive: true, force: true, maxRetries: 3 });
      } catch (error) {
        throw isForbidden(error) ? notWritable(folder, (error as Error).message, error) : error;
      }
    },
    freeBytes: () => freeBytes(folder),
  };
}

/** Where the disk is read-only, or takes no folders as /proc does, the system says that the one above is missing. */
async function makeFolder(path: string): Promise<void> {
  try {
    await makeFolders(path);
  } catch (error) {
    const { code = "", message } = error as NodeJS.ErrnoException;
    if (code === "ENOTDIR") throw notAFolder(await fileOnTheWay(path), error);
    if (code !== "ENOENT" && !isForbidden(error)) throw error;
    throw notWritable(path, message, error);
  }
}

/** Not mkdir's own `recursive`: where a folder is refused as missing although the one above is there, it never ends. */
async function makeFolders(path: string): Promise<void> {
  const make = () => mkdir(path, { mode: 0o700 });
  const unlessThere = (error: NodeJS.ErrnoException) => {
    if (error.code !== "EEXIST") throw error;
  };
  try {
    await make().catch(unlessThere);
  } catch (error) {
    const above = dirname(path);
    if ((error as NodeJS.ErrnoException).code !== "ENOENT" || above === path) throw error;
    await makeFolders(above);
    await make().catch(unlessThere);
  }
}

/** What keeps a path from being one of a folder: itself, or what lies above it. */
async function fileOnTheWay(path: string): Promise<string> {
  const found = await stat(path).catch(() => null);
  const above = dirname(path);
  return found !== null || above === path ? path : fileOnTheWay(above);
}

async function writeFile(path: string): Promise<ArchiveWriter> {
  await makeFolder(dirname(path));
  const part = `${path}.${randomBytes(4).toString("hex")}.part`;
  const file = await open(part, "wx", 0o600);
  let closed = false;
  const close = async () => {
    if (closed) return;
    closed = true;
    await file.close();
  };
  return {
    async write(bytes) {
      for (let at = 0; at < bytes.length; ) {
        at += (await file.write(bytes, at, bytes.length - at)).bytesWritten;
      }
    },
    async finish() {
      await file.datasync();
      await close();
      await rename(part, path);
      if (process.platform !== "win32") await syncFolder(dirname(path));
    },
    async abort() {
      await close().catch(() => {});
      await rm(part, { force: true }).catch(() => {});
    },
  };
}

/** Without it, the name may be gone after a power cut although the bytes are there. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function* readFile(path: string, name: string, start = 0, end?: number): AsyncGenerator<Uint8Array> {
  if (end !== undefined && end <= start) return;
  const stream = createReadStream(path, {
    start,
    highWaterMark: 256 * 1024,
    ...(end === undefined ? {} : { end: end - 1 }),
  });
  try {
    yield* stream as AsyncIterable<Buffer>;
  } catch (error) {
    if ((error as { code?: string }).code !== "ENOENT") throw await readable(error, path);
    throw new DomainError("not_found", "backup.file_missing", `The backup has no file ${name}.`, {
      details: { file: name },
      hint: "Use another backup; of this one, something was removed.",
      cause: error,
    });
  } finally {
    stream.destroy();
  }
}

async function listFiles(folder: string, prefix = ""): Promise<StoredFile[]> {
  const path = join(folder, prefix);
  const entries = await readdir(path, { withFileTypes: true }).catch(ifMissing([], path));
  const found: StoredFile[] = [];
  for (const entry of entries) {
    const name = `${prefix}${entry.name}`;
    if (entry.isDirectory()) found.push(...(await listFiles(folder, `${name}/`)));
    else if (entry.isFile() && !PART.test(name)) {
      found.push({ name, bytes: (await stat(join(folder, name))).size });
    }
  }
  return found.sort((a, b) => (a.name < b.name ? -1 : 1));
}

function ifMissing<T>(instead: T, path: string): (error: unknown) => Promise<T> {
  return async (error) => {
    if ((error as { code?: string }).code === "ENOENT") return instead;
    throw await readable(error, path);
  };
}

/** What the process may not read, or the disk does not give, in the reader's words. */
async function readable(error: unknown, path: string): Promise<unknown> {
  const { code = "" } = error as { code?: string };
  if (code === "ENOTDIR") return notAFolder(await fileOnTheWay(path), error);
  if (!/^E(ACCES|PERM|IO|STALE|LOOP)$/.test(code)) return error;
  return new DomainError("target", "storage.not_readable", `${path} cannot be read: ${code}.`, {
    details: { path, reason: code },
    hint: "Give the folder to the user that DBMigrator runs as, and look whether its disk is well.",
    cause: error,
  });
}

/** Of the folder, or of the nearest one above that is there already. */
async function freeBytes(folder: string): Promise<number | null> {
  try {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize;
  } catch (error) {
    const parent = dirname(folder);
    if ((error as { code?: string }).code !== "ENOENT" || parent === folder) return null;
    return freeBytes(parent);
  }
}

/** A folder of archives, each in a folder of its own. */
export function folderStorage(root: string): BackupStorage {
  return {
    location: root,
    open: (name) => {
      if (!isSafeName(name) || name.includes("/")) throw new RangeError(`${name} is no name of an archive`);
      return folderStore(join(root, name));
    },
    freeBytes: () => freeBytes(root),
    async list() {
      const entries = await readdir(root, { withFileTypes: true }).catch(ifMissing([], root));
      const names = entries.filter((entry) => entry.isDirectory() && isSafeName(entry.name));
      const found = await Promise.all(names.map(({ name }) => listArchive(root, name)));
      return found.filter((one) => one !== null).sort((a, b) => (a.name < b.name ? -1 : 1));
    },
  };
}

/** @returns null for a folder that is no archive of ours */
async function listArchive(root: string, name: string): Promise<ArchiveListing | null> {
  const store = folderStore(join(root, name));
  const changedAt = await stat(join(root, name)).then(
    ({ mtime }) => mtime,
    () => null,
  );
  try {
    if (!(await store.exists(MANIFEST_FILE)))
      return (await looksUnfinished(join(root, name))) ? { name, manifest: null, changedAt } : null;
    return { name, manifest: await readManifest(store), changedAt };
  } catch (error) {
    const { message } = error as Error;
    const problem =
      error instanceof DomainError ? keepFailure(error) : { code: "storage.unreadable", message };
    return { name, manifest: null, problem, changedAt };
  }
}

/** Files of ours without a manifest; any other folder beside the archives is somebody else's. */
async function looksUnfinished(folder: string): Promise<boolean> {
  const names = await readdir(folder).catch(ifMissing<string[]>([], folder));
  return names.some((name) => /^(data|large-objects|pre-data\.sql.*|post-data\.sql.*)$/.test(name));
}
