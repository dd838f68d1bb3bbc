import { hash } from "node:crypto";

/**
 * SHA-256 of a script, hex. A byte order mark and the kind of line ending do not count: an editor or a checkout on
 * another system changes them without anybody's doing, and a file with plain line feeds has the hash that any
 * other program computes for it.
 */
export function checksumOf(script: string): string {
  return hash("sha256", normalizeScript(script));
}

/** The script without byte order mark and with plain line feeds. */
export function normalizeScript(script: string): string {
  const text = script.charCodeAt(0) === 0xfeff ? script.slice(1) : script;
  return text.includes("\r\n") ? text.replaceAll("\r\n", "\n") : text;
}
