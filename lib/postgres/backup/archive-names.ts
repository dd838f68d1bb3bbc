import { createHash } from "node:crypto";
import type { BackupCodec, TableName } from "../../core/backup/types";

export const PRE_DATA = "pre-data.sql";
export const POST_DATA = "post-data.sql";
export const SEQUENCES = "sequences.sql";
export const SCRIPT = "restore.psql";

const SUFFIX: Record<BackupCodec, string> = { zstd: ".zst", gzip: ".gz", none: "" };
const ENCRYPTED = ".enc";
/** Of one identifier; two of them, the part and the endings stay below the 255 bytes of a file system. */
const LONGEST = 90;

/** How a file of this codec and encryption ends. */
export function storedName(name: string, codec: BackupCodec, encrypted: boolean): string {
  return `${name}${SUFFIX[codec]}${encrypted ? ENCRYPTED : ""}`;
}

/** Codec of a stored file by its name. */
export function codecOf(name: string): BackupCodec {
  const plain = name.endsWith(ENCRYPTED) ? name.slice(0, -ENCRYPTED.length) : name;
  if (plain.endsWith(".zst")) return "zstd";
  return plain.endsWith(".gz") ? "gzip" : "none";
}

/** The name without the endings of encryption and codec: what encryption is bound to. */
export function logicalName(name: string): string {
  return name.replace(/\.enc$/, "").replace(/\.(zst|gz)$/, "");
}

/**
 * Names data files: `data/<schema>.<table>.copy`, with `.p0001` before `.copy` for parts. Other bytes than letters,
 * digits, `_` and `-` are written %XX; what is too long is cut and told apart by a hash, what differs only in case
 * (one file on some systems) by a number.
 */
export function dataFileNames(): (table: TableName, part?: number) => string {
  const taken = new Map<string, string>();
  return (table, part) => {
    const identity = JSON.stringify([table.schema, table.name]);
    const plain = `${encodeIdentifier(table.schema)}.${encodeIdentifier(table.name)}`;
    let name = plain;
    for (let turn = 2; (taken.get(name.toLowerCase()) ?? identity) !== identity; turn += 1)
      name = `${plain}~${turn}`;
    taken.set(name.toLowerCase(), identity);
    return `data/${name}${part === undefined ? "" : `.p${String(part).padStart(4, "0")}`}.copy`;
  };
}

/** Letters, digits, `_` and `-` stay; a name that Windows keeps for devices gets its first letter written out. */
export function encodeIdentifier(identifier: string): string {
  const bytes = [...Buffer.from(identifier, "utf8")];
  const reserved = /^(con|prn|aux|nul|com\d|lpt\d)$/i.test(identifier);
  const encoded = bytes
    .map((byte, at) => {
      const letter = String.fromCharCode(byte);
      if (/[A-Za-z0-9_-]/.test(letter) && !(reserved && at === 0)) return letter;
      return `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
    })
    .join("");
  if (encoded.length <= LONGEST) return encoded;
  const hash = createHash("sha256").update(identifier).digest("hex").slice(0, 10);
  return `${encoded.slice(0, LONGEST - 11).replace(/%.?$/, "")}~${hash}`;
}

/** Whether a file's name is one that an archive may have: nothing that leaves its folder. */
export function isSafeName(name: string): boolean {
  return (
    /^[A-Za-z0-9_.%~/-]+$/.test(name) &&
    name.split("/").every((part) => part !== "" && part !== "." && part !== "..")
  );
}
