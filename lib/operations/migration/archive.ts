import { strToU8, Unzip, UnzipInflate, UnzipPassThrough, zipSync } from "fflate";
import type { MigrationFile } from "../../core/migration/layouts";
import { DomainError } from "../../errors";

/** What an upload may hold; real projects have hundreds of files of some kilobytes. */
export const IMPORT_LIMITS = {
  /** Bytes of the archive itself. */
  archive: 20 * 1024 * 1024,
  files: 10_000,
  /** Bytes of one file. */
  file: 16 * 1024 * 1024,
  /** Bytes of all files together. */
  total: 64 * 1024 * 1024,
} as const;

/** Small, so that a hostile archive grows by 16 MiB at most (deflate's 1:1032) before it is counted. */
const CHUNK = 16 * 1024;

function refuse(code: string, message: string, more: { hint?: string; path?: string } = {}): DomainError {
  const { hint, ...values } = more;
  return new DomainError("validation", code, message, {
    details: { ...values, fields: [{ field: "archive", message }] },
    ...(hint === undefined ? {} : { hint }),
  });
}

/**
 * A path inside the folder of migrations: `/` between its parts, nothing that leads out of it.
 * @throws DomainError validation `import.path`
 */
export function checkPath(path: string): string {
  const parts = path.replaceAll("\\", "/").split("/");
  const leadsOut = parts.includes("..") || parts[0] === "" || /^[a-z]:/i.test(path) || path.includes("\0");
  if (leadsOut || path.length > 1000) {
    const shown = path.slice(0, 200);
    throw refuse("import.path", `The path ${JSON.stringify(shown)} leads out of the folder.`, {
      path: shown,
    });
  }
  return parts.filter((part) => part !== "" && part !== ".").join("/");
}

/** Files that are migrations or settings of one; the rest of a project is passed over unread. */
export function isWanted(path: string): boolean {
  const parts = path.split("/");
  if (parts.some((part) => part === "__MACOSX" || part.startsWith("."))) return false;
  return /\.sql(\.conf)?$/i.test(path);
}

/**
 * UTF-8 as text, without its byte order mark.
 * @throws DomainError validation `import.encoding`
 */
export function decodeText(path: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    const hint = "Save it as UTF-8 and upload it again.";
    throw refuse("import.encoding", `${path} is not UTF-8.`, { path, hint });
  }
}

/**
 * The SQL files of a zip archive. Sizes are counted while it unfolds and not believed from its headers.
 * @throws DomainError validation: no archive, cut off, encrypted, too large, or a path that leads out of it
 */
export function readArchive(bytes: Uint8Array): MigrationFile[] {
  if (bytes.length > IMPORT_LIMITS.archive) throw tooLarge("The archive", IMPORT_LIMITS.archive);
  if (bytes.length < 22 || bytes[0] !== 0x50 || bytes[1] !== 0x4b) {
    throw refuse("import.no_archive", "This is not a zip archive.");
  }
  if (!endsAsArchive(bytes))
    throw refuse("import.broken", "The archive has no end: it is damaged or cut off.");
  const reader = new ArchiveReader();
  for (let at = 0; at < bytes.length; at += CHUNK) {
    reader.push(bytes.subarray(at, at + CHUNK), at + CHUNK >= bytes.length);
  }
  return reader.finish();
}

/** The table of contents ends every archive (a comment of up to 64 KiB may follow); fflate does without it. */
function endsAsArchive(bytes: Uint8Array): boolean {
  const end = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return end.lastIndexOf("PK\u0005\u0006", undefined, "latin1") >= Math.max(0, bytes.length - 22 - 0xffff);
}

class ArchiveReader {
  private readonly files: MigrationFile[] = [];
  private readonly open = new Set<string>();
  private readonly unzip: Unzip;
  private total = 0;
  private count = 0;
  /** fflate catches what its callbacks throw; this is told after each chunk. */
  private failure: DomainError | null = null;

  constructor() {
    this.unzip = new Unzip((entry) => {
      this.count += 1;
      if (this.count > IMPORT_LIMITS.files) {
        throw refuse("import.too_many", `The archive has more than ${IMPORT_LIMITS.files} files.`);
      }
      const path = checkPath(entry.name.replace(/\/$/, ""));
      if (entry.name.endsWith("/") || !isWanted(path)) return;
      this.read(path, entry);
    });
    this.unzip.register(UnzipInflate);
    this.unzip.register(UnzipPassThrough);
  }

  push(chunk: Uint8Array, last: boolean): void {
    try {
      this.unzip.push(chunk, last);
    } catch (error) {
      if (error instanceof DomainError) throw error;
      this.failure ??= refuse(
        "import.broken",
        `The archive cannot be unfolded: ${(error as Error).message}.`,
      );
    }
    if (this.failure) throw this.failure;
  }

  finish(): MigrationFile[] {
    const [cut] = this.open;
    if (cut !== undefined) throw refuse("import.broken", `The archive is cut off in ${cut}.`);
    return this.files;
  }

  private read(
    path: string,
    entry: Parameters<NonNullable<ConstructorParameters<typeof Unzip>[0]>>[0],
  ): void {
    const parts: Uint8Array[] = [];
    let size = 0;
    this.open.add(path);
    entry.ondata = (error, data, final) => {
      if (this.failure) return;
      if (error) {
        this.failure = refuse("import.broken", `${path} cannot be unfolded: ${error.message}.`);
        return;
      }
      size += data.length;
      this.total += data.length;
      if (size > IMPORT_LIMITS.file) this.failure = tooLarge(path, IMPORT_LIMITS.file);
      if (this.total > IMPORT_LIMITS.total)
        this.failure = tooLarge("What the archive unfolds to", IMPORT_LIMITS.total);
      parts.push(data);
      if (final && !this.failure) this.close(path, parts);
    };
    entry.start();
  }

  private close(path: string, parts: Uint8Array[]): void {
    this.open.delete(path);
    try {
      this.files.push({ path, content: decodeText(path, Buffer.concat(parts)) });
    } catch (error) {
      this.failure = error as DomainError;
    }
  }
}

function tooLarge(what: string, limit: number): DomainError {
  return refuse("import.too_large", `${what} is larger than ${limit / 1024 / 1024} MiB.`);
}

/** The files as a zip archive, the same bytes for the same files. */
export function writeArchive(files: readonly MigrationFile[]): Uint8Array {
  const mtime = new Date("1980-01-01T00:00:00Z");
  return zipSync(Object.fromEntries(files.map((file) => [file.path, [strToU8(file.content), { mtime }]])));
}
