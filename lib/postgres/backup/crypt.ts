import { createCipheriv, createDecipheriv, createHash, createHmac, hkdfSync, randomBytes } from "node:crypto";
import type { WrappingKey } from "../../core/backup/types";
import { DomainError } from "../../errors";

/**
 * Files of an encrypted archive. Head: 8 bytes "DBMENC1\n" and 7 random ones. Then chunks of AES-256-GCM (NIST
 * SP 800-38D), each with its 16-byte tag; its nonce is the random bytes, its number (4 bytes) and 1 for the last
 * chunk, else 0: chunks that are missing, moved or cut off do not open. Every file has a key of its own.
 */
const MAGIC = Buffer.from("DBMENC1\n");
const PREFIX_BYTES = 7;
const HEAD_BYTES = MAGIC.length + PREFIX_BYTES;
const TAG_BYTES = 16;
export const CHUNK_BYTES = 1024 * 1024;

/** @param bytes 32 random bytes, or a key derived from such */
export function wrappingKey(bytes: Uint8Array): WrappingKey {
  if (bytes.length !== 32) throw new RangeError("A wrapping key has 32 bytes.");
  const id = createHash("sha256").update("backup key id").update(bytes).digest("hex").slice(0, 16);
  return { id, bytes };
}

/** The archive's own key, to be kept in its manifest. @returns base64 of IV, tag and ciphertext */
export function wrapKey(archiveKey: Buffer, key: WrappingKey, archiveId: string): string {
  const iv = randomBytes(12);
  const cipher = createCipheriv("aes-256-gcm", key.bytes, iv).setAAD(Buffer.from(`archive ${archiveId}`));
  const body = Buffer.concat([cipher.update(archiveKey), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), body]).toString("base64");
}

/** @throws DomainError precondition backup.wrong_key */
export function unwrapKey(wrapped: string, key: WrappingKey, archiveId: string): Buffer {
  const bytes = Buffer.from(wrapped, "base64");
  try {
    const decipher = createDecipheriv("aes-256-gcm", key.bytes, bytes.subarray(0, 12), {
      authTagLength: TAG_BYTES,
    })
      .setAAD(Buffer.from(`archive ${archiveId}`))
      .setAuthTag(bytes.subarray(12, 28));
    return Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]);
  } catch (cause) {
    throw new DomainError("precondition", "backup.wrong_key", "The key does not open this archive.", {
      hint: "Use the secret of the instance that made it; after a rotation, the older one too.",
      cause,
    });
  }
}

/** HMAC-SHA-256 of the manifest with the archive's key, hex. */
export function macOf(text: string, archiveKey: Buffer): string {
  return createHmac("sha256", derive(archiveKey, "manifest")).update(text).digest("hex");
}

function derive(archiveKey: Buffer, purpose: string): Buffer {
  return Buffer.from(hkdfSync("sha256", archiveKey, "dbmigrator backup", purpose, 32));
}

export interface FileCipher {
  /** @returns bytes to store, maybe none yet */
  update(bytes: Uint8Array): Buffer[];
  final(): Buffer[];
}

/** @param name logical name of the file: what it is, without the endings of codec and encryption */
export function encryptFile(archiveKey: Buffer, name: string): FileCipher {
  const key = derive(archiveKey, `file ${name}`);
  const prefix = randomBytes(PREFIX_BYTES);
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  let filled = 0;
  let number = 0;
  let head: Buffer[] = [Buffer.concat([MAGIC, prefix])];
  const seal = (last: boolean): Buffer[] => {
    const cipher = createCipheriv("aes-256-gcm", key, nonce(prefix, number++, last));
    const sealed = [cipher.update(chunk.subarray(0, filled)), cipher.final(), cipher.getAuthTag()];
    filled = 0;
    const out = [...head, Buffer.concat(sealed)];
    head = [];
    return out;
  };
  return {
    update(bytes) {
      const out: Buffer[] = [];
      for (let at = 0; at < bytes.length; ) {
        // Sealed only when more comes: the last chunk has to be known as the last.
        if (filled === CHUNK_BYTES) out.push(...seal(false));
        const step = Math.min(CHUNK_BYTES - filled, bytes.length - at);
        chunk.set(bytes.subarray(at, at + step), filled);
        filled += step;
        at += step;
      }
      return out;
    },
    final: () => seal(true),
  };
}

/** @throws Error when a chunk was changed, moved, removed or made with another key */
export async function* decryptFile(
  source: AsyncIterable<Uint8Array>,
  archiveKey: Buffer,
  name: string,
): AsyncGenerator<Buffer> {
  const key = derive(archiveKey, `file ${name}`);
  const sealed = CHUNK_BYTES + TAG_BYTES;
  let pending: Buffer = Buffer.alloc(0);
  let prefix: Buffer | null = null;
  let number = 0;
  for await (const bytes of source) {
    pending = Buffer.concat([pending, bytes]);
    if (!prefix) {
      if (pending.length < HEAD_BYTES) continue;
      prefix = readHead(pending);
      pending = pending.subarray(HEAD_BYTES);
    }
    while (pending.length > sealed) {
      yield openChunk(key, nonce(prefix, number++, false), pending.subarray(0, sealed));
      pending = pending.subarray(sealed);
    }
  }
  if (!prefix || pending.length < TAG_BYTES) throw new Error("the encrypted file ends too early");
  yield openChunk(key, nonce(prefix, number, true), pending);
}

function readHead(bytes: Buffer): Buffer {
  if (!bytes.subarray(0, MAGIC.length).equals(MAGIC))
    throw new Error("the file is not one that was encrypted here");
  return Buffer.from(bytes.subarray(MAGIC.length, HEAD_BYTES));
}

function nonce(prefix: Buffer, number: number, last: boolean): Buffer {
  const bytes = Buffer.alloc(12);
  prefix.copy(bytes);
  bytes.writeUInt32BE(number, PREFIX_BYTES);
  bytes[11] = last ? 1 : 0;
  return bytes;
}

function openChunk(key: Buffer, iv: Buffer, sealed: Buffer): Buffer {
  const end = sealed.length - TAG_BYTES;
  const decipher = createDecipheriv("aes-256-gcm", key, iv, { authTagLength: TAG_BYTES });
  decipher.setAuthTag(sealed.subarray(end));
  return Buffer.concat([decipher.update(sealed.subarray(0, end)), decipher.final()]);
}
