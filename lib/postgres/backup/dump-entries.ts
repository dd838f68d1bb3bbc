import type { BackupNote } from "../../core/backup/types";
import { type DumpEntry, splitDump, withoutLz4, withPublicThere } from "../dump/text";
import { withoutOwner } from "./structure";

export interface RestoreEntry extends DumpEntry {
  /** Settings of pg_dump that hold for this entry: default_tablespace, default_table_access_method. */
  settings: string;
}

export interface RestoreEntries {
  header: string;
  entries: RestoreEntry[];
  notes: BackupNote[];
}

export interface EntryOptions {
  /** Major version of the server that they are restored on. */
  major: number;
  owners: "keep" | "none";
  /** Tablespaces of that server; others are left out with a note. */
  tablespaces: ReadonlySet<string>;
  /** Whether that server can compress with lz4; otherwise columns do without, with a note. */
  lz4: boolean;
}

const SETTINGS = /(?:^SET default_(?:tablespace|table_access_method) = [^\n]*;\n*)+(?![\s\S])/m;
const PRIVILEGES = new Set(["ACL", "DEFAULT ACL"]);

/**
 * The objects of a dump, each with the settings that pg_dump wrote somewhere before it: after this they may run in
 * any order and on several sessions.
 */
export function restoreEntries(dump: string, options: EntryOptions): RestoreEntries {
  const { header, entries } = splitDump(dump, options.major);
  const missing = new Set<string>();
  const uncompressed: string[] = [];
  // Named even where pg_dump names none yet: another entry may have run before on the same session.
  let settings = "SET default_tablespace = '';\n";
  const found: RestoreEntry[] = [];
  const follow = (text: string) => {
    const tail = SETTINGS.exec(text)?.[0];
    if (tail) settings = mergeSettings(settings, tail, options.tablespaces, missing);
    return tail ? text.slice(0, text.length - tail.length) : text;
  };
  const head = follow(header);
  for (const entry of entries) {
    const current = settings;
    const isPublic = entry.type === "SCHEMA" && entry.name === "public";
    // Archives of earlier versions make it.
    const body = follow(isPublic ? withPublicThere(entry.sql) : entry.sql);
    if (options.owners === "none" && PRIVILEGES.has(entry.type)) continue;
    const sql = options.owners === "none" ? withoutOwner(body) : body;
    const known = options.lz4 ? { ...entry, sql } : withoutLz4({ ...entry, sql });
    if (known.sql !== sql) uncompressed.push(`${entry.schema}.${entry.name}`);
    found.push({ ...known, settings: current });
  }
  const notes = [...missing].map(tablespaceMissing);
  if (uncompressed.length > 0) notes.push(lz4Missing(uncompressed));
  return { header: head, entries: found, notes };
}

function lz4Missing(tables: readonly string[]): BackupNote {
  const names = tables.join(", ");
  return {
    code: "lz4_missing",
    params: { tables: names },
    message: `This server knows no lz4; columns of ${names} compress with pglz instead.`,
  };
}

export function tablespaceMissing(tablespace: string): BackupNote {
  return {
    code: "tablespace_missing",
    params: { tablespace },
    message: `The tablespace ${tablespace} is not on this server; what was in it is in the default one.`,
  };
}

function mergeSettings(
  before: string,
  tail: string,
  tablespaces: ReadonlySet<string>,
  missing: Set<string>,
): string {
  const values = new Map<string, string>();
  for (const [, name = "", value = ""] of `${before}\n${tail}`.matchAll(/^SET (default_\w+) = (.*);$/gm)) {
    const tablespace = value.replace(/^["']|["']$/g, "").replaceAll('""', '"');
    const gone = name === "default_tablespace" && tablespace !== "" && !tablespaces.has(tablespace);
    if (gone) missing.add(tablespace);
    values.set(name, gone ? "''" : value);
  }
  return [...values].map(([name, value]) => `SET ${name} = ${value};\n`).join("");
}
