import type { BackupScope } from "../../core/backup/types";
import { openConnection } from "../connection/connect";
import type { ConnectionSpec } from "../connection/connection-spec";
import { runPgDump } from "../dump/bridge";
import {
  type DumpEntry,
  fingerprintOf,
  headingsOf,
  splitDump,
  withoutLz4,
  withoutRestrict,
  withPublicThere,
} from "../dump/text";

export interface Structure {
  preData: string;
  postData: string;
}

export interface StructureOptions {
  scope?: BackupScope;
  /** Snapshot exported by another session. */
  snapshot?: string;
  signal?: AbortSignal;
}

/** A dump that waits longer than this for a lock, or reads catalogs longer than this, is given up. */
const LOCK_WAIT_MS = 30_000;
/** Of one that shares a snapshot: the others' locks are what it waits for, if anything, and the backup begins again. */
const SHARED_LOCK_WAIT_MS = 5_000;
const TIMEOUT_MS = 30 * 60_000;

/**
 * What a database is made of, in two parts: before the rows and after them, with owners, grants and tablespaces, as
 * pg_dump 18 writes it. Without subscriptions, whose connection strings hold passwords.
 * @throws DomainError of openConnection, target.dump_failed, target.dump_locked; the signal's reason
 */
export async function dumpStructure(
  spec: ConnectionSpec,
  major: number,
  options: StructureOptions = {},
): Promise<Structure> {
  const failed = new AbortController();
  const limits = [AbortSignal.timeout(TIMEOUT_MS), failed.signal];
  const signal = AbortSignal.any(options.signal ? [options.signal, ...limits] : limits);
  const part = async (section: string) => {
    signal.throwIfAborted();
    const client = await openConnection({ ...spec, applicationName: "dbmigrator-backup" });
    return readable(
      await runPgDump(client, [`--section=${section}`, ...dumpArguments(options)], signal),
      major,
    );
  };
  try {
    const before = part("pre-data");
    // Of a backup, which copies rows meanwhile, one is enough; else nothing waits but us.
    if (options.snapshot) await before;
    const [preData, postData] = await Promise.all([before, part("post-data")]);
    return { preData: withPublicAs15(preData, major, options.scope), postData: switchesLast(postData) };
  } catch (error) {
    failed.abort();
    throw error;
  }
}

function dumpArguments({ scope = { kind: "database" }, snapshot }: StructureOptions): string[] {
  const lockWait = snapshot ? SHARED_LOCK_WAIT_MS : LOCK_WAIT_MS;
  const args = ["--no-subscriptions", "--no-large-objects", `--lock-wait-timeout=${lockWait}`];
  if (snapshot) args.push(`--snapshot=${snapshot}`);
  if (scope.kind === "schema_only") args.push("--schema-only");
  if (scope.kind === "tables") {
    for (const { schema, name } of scope.tables)
      args.push(`--table-and-children=${quotePattern(schema)}.${quotePattern(name)}`);
  } else if (scope.kind !== "database") {
    for (const schema of scope.schemas ?? []) args.push(`--schema=${quotePattern(schema)}`);
  }
  return args;
}

/** In double quotes a pattern of pg_dump stands for itself (docs: psql, "Patterns"). */
function quotePattern(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** It would count as a part of the last object. */
const END = /\n--\n-- PostgreSQL database dump complete\n--\n\s*$/;

/** Also for an older psql by hand: without lines that only psql 17.6 and later, or newer servers, understand. */
function readable(dump: string, major: number): string {
  const text = withoutRestrict(dump).replace(END, "\n");
  const known = major < 17 ? text.replace(/^SET transaction_timeout = .*;\n/m, "") : text;
  return piecesOf(major < 15 ? withoutLogged(known) : known)
    .map((piece) => (PUBLIC.test(piece) ? withPublicThere(piece) : piece))
    .join("");
}

const PUBLIC = /^--\n-- Name: public; Type: SCHEMA; /;

/**
 * pg_dump 18 tells the grants on the schema public from what they are since 15; before, a new database's lets everybody
 * create there, also where the source did not.
 */
function withPublicAs15(dump: string, major: number, scope: BackupScope = { kind: "database" }): string {
  const holdsPublic =
    scope.kind !== "tables" &&
    (scope.kind === "database" || (scope.schemas ?? ["public"]).includes("public"));
  if (major >= 15 || !holdsPublic) return dump;
  const first = headingsOf(dump)[0]?.index ?? dump.length;
  return `${dump.slice(0, first)}REVOKE CREATE ON SCHEMA public FROM PUBLIC;\n\n${dump.slice(first)}`;
}

/** Before 15, sequences had no persistence of their own; pg_dump 18 names it for those of unlogged tables. */
function withoutLogged(dump: string): string {
  return piecesOf(dump)
    .map((piece) => (SEQUENCE.test(piece) ? piece.replace(LOGGED, "") : piece))
    .join("");
}

const SEQUENCE = /^--\n-- Name: .*; Type: SEQUENCE; /;
const LOGGED = /^(?: {4}|ALTER SEQUENCE .* SET )(?:UN)?LOGGED;?\n/m;

/** What comes before the first object, and each object with its heading. */
export function piecesOf(dump: string): string[] {
  const starts = [0, ...headingsOf(dump).map(({ index }) => index)];
  return starts.map((start, at) => dump.slice(start, starts[at + 1]));
}

/** A partition's trigger that is switched otherwise than the partitioned table's: it has no CREATE of its own. */
const SWITCH =
  /^--\n-- Name: .*; Type: TRIGGER; .*\n--\n\s*ALTER TABLE .* (?:ENABLE|DISABLE)(?: REPLICA| ALWAYS)? TRIGGER .*;\s*$/;

/** pg_dump orders triggers by the name of the table: such a switch may come before the trigger that it means. */
export function switchesLast(dump: string): string {
  const entries = piecesOf(dump);
  const isSwitch = (entry: string) => SWITCH.test(entry);
  if (!entries.some(isSwitch)) return dump;
  return [...entries.filter((entry) => !isSwitch(entry)), ...entries.filter(isSwitch)].join("");
}

const PRIVILEGES = new Set(["ACL", "DEFAULT ACL"]);

/**
 * SHA-256 of the structure without owners, grants and tablespaces, hex: equal for a database and its restored copy
 * on a server of the same major version, whatever roles are there.
 */
export function structureFingerprint({ preData, postData }: Structure, major: number): string {
  const parts = [preData, postData].map((text) => comparable(text, major).join("\n"));
  return fingerprintOf(parts.join("\n"));
}

/** The objects of a dump without owners, grants and tablespaces, in its order. */
function comparable(text: string, major: number, change = (entry: DumpEntry) => entry): string[] {
  return splitDump(text, major)
    .entries.filter(({ type, name }) => !PRIVILEGES.has(type) && !(type === "SCHEMA" && name === "public"))
    .map(change)
    .map(({ type, schema, name, sql }) => `${type} ${schema}.${name}\n${withoutOwner(sql)}`);
}

const INHERITS = /^(?:FOREIGN )?TABLE [\s\S]*^\)\nINHERITS \(/m;

/**
 * Whether two structures hold the same, whatever the order. A column that a parent got later stands last in its
 * children, and among the parent's once they are made anew: so it comes out of pg_dump's files too. A server without
 * lz4 compresses otherwise, as the notes of the restore say.
 */
export function isSameStructure(one: Structure, other: Structure, major: number): boolean {
  const contentOf = ({ preData, postData }: Structure) =>
    [...comparable(preData, major, withoutLz4), ...comparable(postData, major)]
      .map((object) => (INHERITS.test(object) ? linesOf(object) : object))
      .sort()
      .join("\n");
  return contentOf(one) === contentOf(other);
}

function linesOf(object: string): string {
  return object
    .split("\n")
    .map((line) => line.replace(/,$/, ""))
    .sort()
    .join("\n");
}

const OWNER = /\n*^ALTER [^\n]+ OWNER TO [^\n]+;$(?=(?:\s|SET default_[^\n]*;)*$(?![\s\S]))/m;
const DEFAULTS = /^SET default_(?:tablespace|table_access_method) = .*;\n+/gm;

/** An entry of a dump without its last statement, when that says who owns it, and without the settings after it. */
export function withoutOwner(sql: string): string {
  return sql.replace(OWNER, "\n").replace(DEFAULTS, "").trim();
}
