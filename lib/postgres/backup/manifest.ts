import { createHash } from "node:crypto";
import { ARCHIVE_FORMAT, ARCHIVE_VERSION, type Manifest } from "../../core/backup/types";
import { DomainError } from "../../errors";
import { isSafeName } from "./archive-names";
import { macOf } from "./crypt";

export type UnsealedManifest = Omit<Manifest, "mac" | "sha256">;

/**
 * The text of manifest.json: the HMAC covers the text with `mac` null, the checksum the text with `sha256` empty,
 * and both are its last lines.
 */
export function sealManifest(manifest: UnsealedManifest, archiveKey: Buffer | null): string {
  const open: Manifest = { ...manifest, mac: null, sha256: "" };
  const signed = { ...open, mac: archiveKey ? macOf(textOf(open), archiveKey) : null };
  return textOf({ ...signed, sha256: checksum(textOf(signed)) });
}

function textOf(manifest: Manifest): string {
  return `${JSON.stringify(manifest, null, 1)}\n`;
}

function checksum(text: string): string {
  return createHash("sha256").update(text, "utf8").digest("hex");
}

/**
 * Reads manifest.json and refuses one of which a single bit is not as it was written: its own checksum has to fit,
 * and writing what was read has to give the same bytes again.
 * @throws DomainError precondition backup.manifest_damaged, backup.too_new
 */
export function parseManifest(bytes: Buffer): Manifest {
  const text = bytes.toString("utf8");
  let manifest: Manifest;
  try {
    manifest = JSON.parse(text) as Manifest;
  } catch (cause) {
    throw damaged("it is not JSON", cause);
  }
  if (manifest?.format !== ARCHIVE_FORMAT) throw damaged("it is not a manifest of a backup");
  if (manifest.formatVersion > ARCHIVE_VERSION) {
    throw new DomainError("precondition", "backup.too_new", "The archive was made by a newer DBMigrator.", {
      details: { formatVersion: manifest.formatVersion },
      hint: "Update DBMigrator here.",
    });
  }
  const whole = bytes.equals(Buffer.from(textOf(manifest), "utf8"));
  if (!whole || checksum(textOf({ ...manifest, sha256: "" })) !== manifest.sha256) {
    throw damaged("its checksum does not fit");
  }
  const odd = oddity(manifest);
  if (odd) throw damaged(odd);
  return manifest;
}

/** Of a manifest with a checksum that fits, written by whoever made it fit. @returns null: none */
function oddity({ files, tables, totals }: Manifest): string | null {
  if (!Array.isArray(files) || !Array.isArray(tables) || !totals) return "a part of it is missing";
  const isSize = (value: unknown) => Number.isSafeInteger(value) && (value as number) >= 0;
  for (const file of files) {
    if (typeof file?.name !== "string" || !isSafeName(file.name)) return "it names a file outside of itself";
    if (!isSize(file.bytes) || !isSize(file.rawBytes)) return "it does not tell the size of a file";
  }
  const names = new Set(files.map(({ name }) => name));
  if (names.size < files.length) return "it names a file twice";
  const used = tables.flatMap((table) => table?.files ?? []);
  if (new Set(used).size < used.length) return "it names a file of two tables";
  return used.every((name) => names.has(name))
    ? null
    : "it names a file of a table that it does not describe";
}

/** Whether the manifest was written by somebody who has the archive's key. */
export function isAuthentic(manifest: Manifest, archiveKey: Buffer): boolean {
  return macOf(textOf({ ...manifest, mac: null, sha256: "" }), archiveKey) === manifest.mac;
}

function damaged(why: string, cause?: unknown): DomainError {
  return new DomainError("precondition", "backup.manifest_damaged", `manifest.json cannot be used: ${why}.`, {
    details: { reason: why },
    hint: "Use another backup; this one was changed or damaged after it was made.",
    ...(cause === undefined ? {} : { cause }),
  });
}
