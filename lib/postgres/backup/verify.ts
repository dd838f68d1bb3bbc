import { createHash } from "node:crypto";
import {
  type ArchiveStore,
  type AuthorCheck,
  MANIFEST_FILE,
  type Manifest,
  type ManifestFile,
  type VerifyFinding,
  type VerifyResult,
} from "../../core/backup/types";
import { DomainError, keepFailure } from "../../errors";
import { openKey, readManifest } from "./archive-reader";
import { isAuthentic } from "./manifest";
import type { VerifyBackupOptions } from "./options";

/**
 * Reads every byte of an archive and compares size and SHA-256 of each file with the manifest, and the manifest with
 * its own checksum. With the key of an encrypted archive, also who wrote the manifest; without it, `author` says that
 * this was not checked. What is wrong is data, not an exception; nothing is restored.
 * @throws DomainError not_found backup.not_there; errors of the storage itself; the signal's reason
 */
export async function verifyBackup(options: VerifyBackupOptions): Promise<VerifyResult> {
  const started = performance.now();
  const findings: VerifyFinding[] = [];
  const manifest = await readManifest(options.store).catch((error) => {
    if (!(error instanceof DomainError) || error.kind !== "precondition") throw error;
    const { message } = error;
    findings.push({
      ...{ file: MANIFEST_FILE, problem: "manifest_damaged", message },
      failure: keepFailure(error),
    });
    return null;
  });
  const author = manifest && authorCheckOf(manifest, options);
  if (manifest && author === "checked") findings.push(...checkAuthor(manifest, options));
  const present = new Map((await options.store.list()).map((file) => [file.name, file.bytes]));
  let bytesChecked = 0;
  let filesChecked = 0;
  const files = manifest?.files ?? [];
  const report = () =>
    options.onProgress?.({
      bytes: bytesChecked,
      bytesTotal: manifest?.totals.archiveBytes ?? 0,
      files: filesChecked,
      filesTotal: files.length,
    });
  for (const file of files) {
    options.signal?.throwIfAborted();
    const finding = await checkFile(options.store, file, present.get(file.name), (bytes) => {
      bytesChecked += bytes;
      options.signal?.throwIfAborted();
      report();
    });
    if (finding) findings.push(finding);
    filesChecked += 1;
    report();
  }
  const known = new Set([MANIFEST_FILE, ...files.map((file) => file.name)]);
  return {
    ok: findings.length === 0,
    author,
    manifest,
    filesChecked,
    bytesChecked,
    findings,
    extra: manifest ? [...present.keys()].filter((name) => !known.has(name)) : [],
    durationMs: Math.round(performance.now() - started),
  };
}

function authorCheckOf({ encryption }: Manifest, { keys = [] }: VerifyBackupOptions): AuthorCheck {
  if (!encryption) return "open";
  return keys.some((key) => key.id === encryption.keyId) ? "checked" : "no_key";
}

function checkAuthor(manifest: Manifest, { keys = [] }: VerifyBackupOptions): VerifyFinding[] {
  try {
    const archiveKey = openKey(manifest, keys);
    if (archiveKey && isAuthentic(manifest, archiveKey)) return [];
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
  }
  const message = "The manifest was not written by the instance that made the archive.";
  return [{ file: MANIFEST_FILE, problem: "not_authentic", message }];
}

async function checkFile(
  store: ArchiveStore,
  file: ManifestFile,
  present: number | undefined,
  onBytes: (bytes: number) => void,
): Promise<VerifyFinding | null> {
  const { name } = file;
  if (present === undefined) return { file: name, problem: "missing", message: `${name} is missing.` };
  if (present !== file.bytes) {
    const message = `${name} has ${present} bytes instead of ${file.bytes}.`;
    return { file: name, problem: "wrong_size", message, details: { found: present, expected: file.bytes } };
  }
  const hash = createHash("sha256");
  for await (const part of store.read(name)) {
    hash.update(part);
    onBytes(part.length);
  }
  if (hash.digest("hex") === file.sha256) return null;
  return {
    file: name,
    problem: "wrong_checksum",
    message: `${name} is not what was written: its checksum differs.`,
  };
}
