import { createHash } from "node:crypto";
import { Scanner } from "../../core/sql/scanner";

/** One object of a plain-text dump, as pg_dump heads it: `-- Name: orders; Type: TABLE; Schema: public; Owner: -`. */
export interface DumpEntry {
  name: string;
  type: string;
  schema: string;
  /** The statements, without the heading. */
  sql: string;
}

export interface DumpParts {
  /** Session settings that the statements rely on (search_path, check_function_bodies). */
  header: string;
  entries: DumpEntry[];
}

const HEADING = /^--\n-- Name: (.*); Type: ([^;\n]+); Schema: (.*); Owner: (.*)\n--\n/gm;
const HEAD_LINES = new RegExp(
  `^(?:SET (?:statement_timeout|lock_timeout|idle_in_transaction_session_timeout|transaction_timeout|client_encoding|${"standard_conforming_strings|check_function_bodies|xmloption|client_min_messages|row_security"}) = .*;|SELECT pg_catalog\\.set_config\\('search_path', '', false\\);|-- Dumped (?:from|by) .*)\n`,
  "gm",
);

/**
 * What a dump says of the schema and nothing of the session or the programs that made it: the text that people
 * compare and that fingerprints are made of. Passwords of user mappings are taken out.
 */
export function normaliseDump(dump: string): string {
  const text = withoutRestrict(dump.replaceAll("\r\n", "\n"));
  const first = text.search(HEADING);
  const head = first === -1 ? text : text.slice(0, first);
  const body = first === -1 ? "" : text.slice(first);
  const cleaned = head
    .replace(HEAD_LINES, "")
    .replace(/^--\n-- PostgreSQL database dump(?: complete)?\n--\n/gm, "");
  const entries = body
    // Only says that public has another owner than usual; owners are no part of this text.
    .replace(/^--\n-- Name: public; Type: SCHEMA; .*\n--\n\n-- \*not\* creating schema.*\n+/m, "")
    .replace(/^SET default_tablespace = '';\n\n/gm, "")
    .replace(/^SET default_table_access_method = heap;\n\n/gm, "")
    .replace(/\n--\n-- PostgreSQL database dump complete\n--\n\s*$/, "\n");
  return `${hidePasswords(`${cleaned.trim()}\n${entries}`)
    .replace(/\n{3,}/g, "\n\n")
    .trim()}\n`.replace(/^\n$/, "");
}

/**
 * Without the two lines that pg_dump 17.6 and later write against hostile dumps and only psql understands: one after
 * the first comment, one at the end. The same words within an object are its own.
 */
export function withoutRestrict(dump: string): string {
  return dump
    .replace(/^((?:--[^\n]*\n|\n)*)\\restrict [^\n]*\n/, "$1")
    .replace(/(?<=\n)\\unrestrict [^\n]*\n(?=\s*$(?![\s\S]))/, "");
}

/** The headings of a dump's objects (name, type, schema, owner); what only looks like one lies within a statement: in a text or a function's body. */
export function headingsOf(dump: string): RegExpExecArray[] {
  const found = [...dump.matchAll(HEADING)] as RegExpExecArray[];
  if (found.length === 0) return [];
  const scanner = new Scanner(dump);
  let statement = scanner.next();
  return found.filter(({ index }) => {
    while (statement && statement.end <= index) statement = scanner.next();
    return statement === null || index < statement.start;
  });
}

/**
 * Minor releases since November 2026 keep a number of their own among the options of a column, different in every
 * database; a pg_dump that is older writes it as a setting, which older servers refuse.
 */
export function withoutServerOptions(dump: string): string {
  return dump
    .replace(/^ALTER .* ALTER COLUMN .* SET \(pg_attver=\d+\);\n/gm, "")
    .replace(/^(ALTER .* ALTER COLUMN .* SET \()pg_attver=\d+, (.*\);)$/gm, "$1$2")
    .replace(/^(ALTER .* ALTER COLUMN .* SET \(.*), pg_attver=\d+(.*\);)$/gm, "$1$2");
}

/**
 * Of the schema public: chosen by its name, pg_dump makes it like any other (docs: pg_dump, `--schema`), and every new
 * database has it already.
 */
export function withPublicThere(sql: string): string {
  return sql.replace(/^CREATE SCHEMA public;$/m, "CREATE SCHEMA IF NOT EXISTS public;");
}

/** Objects whose columns pg_dump may give a compression of their own, each on a line below their CREATE. */
const COMPRESSED = new Set(["TABLE", "MATERIALIZED VIEW"]);
const LZ4 = /^ALTER TABLE ONLY .* ALTER COLUMN .* SET COMPRESSION lz4;\n/gm;

/** An object of a dump for a server whose build knows no lz4: how values are compressed changes none of them. */
export function withoutLz4<T extends DumpEntry>(entry: T): T {
  return COMPRESSED.has(entry.type) ? { ...entry, sql: entry.sql.replace(LZ4, "") } : entry;
}

/** Whether the server was built with lz4 (docs: "default_toast_compression"; enumvals of pg_settings). As SQL. */
export const KNOWS_LZ4 =
  "EXISTS (SELECT FROM pg_catalog.pg_settings WHERE name = 'default_toast_compression' AND 'lz4' = ANY (enumvals))";

/** pg_dump writes the passwords of user mappings in clear (docs: "CREATE USER MAPPING"). */
function hidePasswords(dump: string): string {
  return dump.replace(/^CREATE USER MAPPING [\s\S]*?;$/gm, (statement) =>
    statement.replace(/(password\s+)'(?:[^']|'')*'/gi, "$1'hidden'"),
  );
}

/** SHA-256 of a normalised dump, hex. */
export function fingerprintOf(normalised: string): string {
  return createHash("sha256").update(normalised, "utf8").digest("hex");
}

/**
 * The objects of a plain-text dump in its order.
 * @param serverMajor where it will be restored: settings that this server does not know are left out
 */
export function splitDump(dump: string, serverMajor: number): DumpParts {
  const text = withoutRestrict(dump);
  const headings = headingsOf(text);
  const head = text.slice(0, headings[0]?.index ?? text.length);
  const header = serverMajor < 17 ? head.replace(/^SET transaction_timeout = .*;\n/m, "") : head;
  const entries = headings.map((heading, at) => ({
    name: heading[1] ?? "",
    type: heading[2] ?? "",
    schema: heading[3] ?? "",
    sql: text.slice((heading.index ?? 0) + heading[0].length, headings[at + 1]?.index ?? text.length),
  }));
  return { header, entries };
}
