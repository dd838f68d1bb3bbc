import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from "node:crypto";
import { env } from "../env";
import { DomainError } from "../errors";

/** What a key is derived for; a key of one purpose opens nothing of another. */
export type KeyPurpose = "secrets" | "session" | "checkpoint" | "backups";

const FORMAT = 1;
const KEY_ID_BYTES = 4;
const IV_BYTES = 12;
const TAG_BYTES = 16;
const HEADER_BYTES = 1 + KEY_ID_BYTES + IV_BYTES + TAG_BYTES;

/**
 * The instance's keys for a purpose, derived from DBMIGRATOR_SECRET by HKDF (RFC 5869). The first one seals and
 * signs, the others (after commas) only open what was sealed before a rotation.
 * @throws DomainError precondition when the setting is missing or too short
 */
export function instanceKeys(purpose: KeyPurpose): [Uint8Array, ...Uint8Array[]] {
  const texts = (env().DBMIGRATOR_SECRET ?? "")
    .split(",")
    .map((text) => text.trim())
    .filter(Boolean);
  const keys = texts.map(
    (text) => new Uint8Array(hkdfSync("sha256", rootKey(text), "dbmigrator", purpose, 32)),
  );
  const [first, ...rest] = keys;
  if (!first) {
    throw new DomainError("precondition", "store.no_secret", "DBMIGRATOR_SECRET is not set.", {
      hint: "Set it to 32 random bytes, for example the output of: openssl rand -base64 32",
    });
  }
  return [first, ...rest];
}

/** 32 bytes written as hex or base64; other texts are taken as they are when they are long enough. */
function rootKey(text: string): Buffer {
  if (/^[0-9a-f]{64,}$/i.test(text)) return Buffer.from(text, "hex");
  const decoded = Buffer.from(text, "base64");
  if (/^[A-Za-z0-9+/_-]{43,}={0,2}$/.test(text) && decoded.length >= 32) return decoded;
  if (text.length >= 32) return Buffer.from(text, "utf8");
  throw new DomainError("precondition", "store.short_secret", "DBMIGRATOR_SECRET is shorter than 32 bytes.", {
    hint: "Set it to 32 random bytes, for example the output of: openssl rand -base64 32",
  });
}

function keyId(key: Uint8Array): Buffer {
  return createHash("sha256").update("key id").update(key).digest().subarray(0, KEY_ID_BYTES);
}

/**
 * Seals a secret with AES-256-GCM (NIST SP 800-38D): format, key id, IV, tag, ciphertext. The row's id is
 * authenticated with it, so that a sealed value copied to another row does not open.
 * @param rowId id of the row that holds it, known before the insert
 */
export function sealSecret(plain: string, rowId: string): Uint8Array<ArrayBuffer> {
  const [key] = instanceKeys("secrets");
  const head = Buffer.concat([Buffer.from([FORMAT]), keyId(key)]);
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv("aes-256-gcm", key, iv).setAAD(Buffer.concat([head, Buffer.from(rowId)]));
  const body = Buffer.concat([cipher.update(plain, "utf8"), cipher.final()]);
  return new Uint8Array(Buffer.concat([head, iv, cipher.getAuthTag(), body]));
}

/**
 * Opens what sealSecret made for the same row.
 * @throws DomainError precondition `store.secret_unreadable`: unknown key, another row's value, or damaged
 */
export function openSecret(sealed: Uint8Array, rowId: string): string {
  const bytes = Buffer.from(sealed);
  const head = bytes.subarray(0, 1 + KEY_ID_BYTES);
  const key = instanceKeys("secrets").find((candidate) => keyId(candidate).equals(head.subarray(1)));
  if (bytes.length < HEADER_BYTES || bytes[0] !== FORMAT || !key) throw unreadable();
  const iv = bytes.subarray(head.length, head.length + IV_BYTES);
  const tag = bytes.subarray(head.length + IV_BYTES, HEADER_BYTES);
  try {
    const decipher = createDecipheriv("aes-256-gcm", key, iv, { authTagLength: TAG_BYTES })
      .setAAD(Buffer.concat([head, Buffer.from(rowId)]))
      .setAuthTag(tag);
    return Buffer.concat([decipher.update(bytes.subarray(HEADER_BYTES)), decipher.final()]).toString("utf8");
  } catch {
    throw unreadable();
  }
}

/** Whether it was sealed with a key that DBMIGRATOR_SECRET no longer begins with. */
export function isSealedWithOldKey(sealed: Uint8Array): boolean {
  return !keyId(instanceKeys("secrets")[0]).equals(Buffer.from(sealed).subarray(1, 1 + KEY_ID_BYTES));
}

function unreadable(): DomainError {
  return new DomainError(
    "precondition",
    "store.secret_unreadable",
    "A stored secret cannot be opened with DBMIGRATOR_SECRET.",
    {
      hint: "Start with the secret it was sealed with (several may be given, separated by commas), or enter it again.",
    },
  );
}
