import { createHash } from "node:crypto";
import {
  type ArchiveStore,
  MANIFEST_FILE,
  type Manifest,
  type ManifestFile,
  type WrappingKey,
} from "../../core/backup/types";
import { DomainError } from "../../errors";
import { codecOf, logicalName } from "./archive-names";
import { loadCodec } from "./codec";
import { decryptFile, unwrapKey } from "./crypt";
import { isAuthentic, parseManifest } from "./manifest";

/** No manifest is larger: 100,000 tables take 40 MB. */
const LARGEST_MANIFEST = 256 * 1024 * 1024;

export interface OpenArchive {
  manifest: Manifest;
  /**
   * What was written, decompressed and opened. The checksum is compared at the end: whoever reads must not take the
   * bytes for good before the iteration has ended without an error.
   * @throws DomainError precondition backup.damaged with the file's name; what the store throws
   */
  read(file: ManifestFile): AsyncIterable<Buffer>;
  readText(file: ManifestFile): Promise<string>;
}

/**
 * Opens an archive for reading.
 * @throws DomainError not_found backup.not_there; precondition backup.manifest_damaged, backup.too_new, backup.no_key,
 *   backup.wrong_key, backup.not_authentic
 */
export async function openArchive(
  store: ArchiveStore,
  keys: readonly WrappingKey[] = [],
): Promise<OpenArchive> {
  const manifest = await readManifest(store);
  const archiveKey = openKey(manifest, keys);
  if (archiveKey && !isAuthentic(manifest, archiveKey)) throw notAuthentic(store);
  const read = (file: ManifestFile) => readFile(store, file, archiveKey);
  return {
    manifest,
    read,
    async readText(file) {
      const parts: Buffer[] = [];
      for await (const part of read(file)) parts.push(part);
      return Buffer.concat(parts).toString("utf8");
    },
  };
}

/** @throws DomainError not_found backup.not_there; precondition backup.manifest_damaged, backup.too_new */
export async function readManifest(store: ArchiveStore): Promise<Manifest> {
  if (!(await store.exists(MANIFEST_FILE))) {
    throw new DomainError("not_found", "backup.not_there", `There is no backup at ${store.location}.`, {
      details: { location: store.location },
      hint: "A folder without manifest.json is no backup: it was not finished, or something else lies there.",
    });
  }
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of store.read(MANIFEST_FILE)) {
    bytes += part.length;
    if (bytes > LARGEST_MANIFEST) break;
    parts.push(Buffer.from(part));
  }
  return parseManifest(Buffer.concat(parts));
}

/** That an archive is encrypted with a key that nobody here has. */
export function noKey(keyId: string): DomainError {
  return new DomainError(
    "precondition",
    "backup.no_key",
    "The backup is encrypted, and its key is not known here.",
    { details: { keyId }, hint: "Set DBMIGRATOR_SECRET to the secret of the instance that made it." },
  );
}

/** The archive's own key; null when it is not encrypted. @throws DomainError backup.no_key, backup.wrong_key */
export function openKey(manifest: Manifest, keys: readonly WrappingKey[]): Buffer | null {
  const { encryption } = manifest;
  if (!encryption) return null;
  const key = keys.find((one) => one.id === encryption.keyId);
  if (!key) throw noKey(encryption.keyId);
  return unwrapKey(encryption.wrappedKey, key, manifest.id);
}

async function* readFile(
  store: ArchiveStore,
  file: ManifestFile,
  archiveKey: Buffer | null,
): AsyncGenerator<Buffer> {
  const codec = await loadCodec(codecOf(file.name));
  const stored = checkedBytes(store, file);
  const opened = archiveKey ? decryptFile(stored, archiveKey, logicalName(file.name)) : stored;
  try {
    let bytes = 0;
    for await (const part of codec.decompress(opened, file.rawBytes)) {
      bytes += part.length;
      if (bytes > file.rawBytes) break;
      yield part;
    }
    if (bytes !== file.rawBytes) throw damaged(file, `it holds other than ${file.rawBytes} bytes`);
  } catch (error) {
    if (error instanceof DomainError || isOfStore(error)) throw error;
    throw damaged(file, error instanceof Error ? error.message : String(error));
  }
}

async function* checkedBytes(store: ArchiveStore, file: ManifestFile): AsyncGenerator<Uint8Array> {
  const hash = createHash("sha256");
  let bytes = 0;
  for await (const part of store.read(file.name)) {
    hash.update(part);
    bytes += part.length;
    yield part;
  }
  if (bytes !== file.bytes) throw damaged(file, `it has ${bytes} bytes instead of ${file.bytes}`);
  if (hash.digest("hex") !== file.sha256) throw damaged(file, "its checksum does not fit");
}

/** Of the file system or the network, not of what lies there. */
function isOfStore(error: unknown): boolean {
  const { code, name } = error as { code?: string; name?: string };
  return name === "AbortError" || /^E[A-Z]+$/.test(code ?? "");
}

function damaged(file: ManifestFile, reason: string): DomainError {
  return new DomainError(
    "precondition",
    "backup.damaged",
    `${file.name} of the backup is damaged: ${reason}.`,
    {
      details: { file: file.name, reason },
      hint: "Use another backup; this one was changed or damaged after it was made.",
    },
  );
}

function notAuthentic(store: ArchiveStore): DomainError {
  return new DomainError(
    "precondition",
    "backup.not_authentic",
    `The manifest at ${store.location} was not written by the instance that made the archive.`,
    { hint: "Use another backup; somebody changed this one." },
  );
}
