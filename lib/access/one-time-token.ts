import { createHash, randomBytes } from "node:crypto";

/** A token of 256 random bits; only its hash is stored, which needs no salt at that size. */
export function newToken(prefix = ""): { token: string; hash: Uint8Array<ArrayBuffer> } {
  const token = prefix + randomBytes(32).toString("base64url");
  return { token, hash: hashToken(token) };
}

export function hashToken(token: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(createHash("sha256").update(token).digest());
}
