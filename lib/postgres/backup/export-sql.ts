import type { ManifestTable, TableName } from "../../core/backup/types";
import { headingsOf } from "../dump/text";
import { type OpenArchive, openArchive } from "./archive-reader";
import type { ReadBackupOptions } from "./options";
import { dumpColumns, dumpTable } from "./pg-dump-names";
import { filesOf, textOf } from "./restore/fill-database";
import { quoteText } from "./sql-text";
import { piecesOf } from "./structure";

export interface ExportOptions extends ReadBackupOptions {
  /** Takes the text; awaited, so that a slow reader is not overrun. */
  out: (bytes: Uint8Array) => Promise<void>;
}

const END = "--\n-- PostgreSQL database dump complete\n--\n\n";

/**
 * Writes an archive as one plain SQL file, as pg_dump would: structure, COPY … FROM stdin with the rows, values of
 * sequences, large objects, indexes and constraints. psql restores it. Two things are otherwise: large objects are
 * written with lo_put, and there are no \\restrict lines, which only psql 17.6 and later know.
 * @throws DomainError of openArchive; backup.damaged, also when all bytes were written already
 */
export async function exportSql(options: ExportOptions): Promise<void> {
  const archive = await openArchive(options.store, options.keys);
  const write = async (text: string) => options.out(Buffer.from(text, "utf8"));
  const [before, grants] = withoutGrants(await textOf(archive, "pre_data"));
  const heading = headings(before);
  // Where \\restrict stood.
  await write(before.replace(/^(--\n-- PostgreSQL database dump\n--\n\n)\n/, "$1"));
  for (const table of archive.manifest.tables) {
    options.signal?.throwIfAborted();
    await write(heading("Data for Name", table, "TABLE DATA"));
    await exportRows(archive, table, options.out);
  }
  await write(sequenceSets(await textOf(archive, "sequences"), heading));
  const objects = filesOf(archive, "large_objects");
  if (objects.length > 0)
    await write("--\n-- Data for Name: BLOBS; Type: BLOBS; Schema: -; Owner: -\n--\n\n");
  for (const file of objects) for await (const bytes of archive.read(file)) await options.out(bytes);
  if (objects.length > 0) await write("\n\n");
  await write(`${goingOn(await textOf(archive, "post_data"), before, grants)}${END}`);
}

const GRANTS = /^--\n-- Name: .*; Type: (?:DEFAULT )?ACL; /;
/** They come after the grants, or would do what these do not allow (pg_backup_archiver.c, "RESTORE_PASS_POST_ACL"). */
const AFTER_GRANTS =
  /^--\n-- Name: .*; Type: (?:(?:DEFAULT )?ACL|EVENT TRIGGER|MATERIALIZED VIEW DATA); |^--\n-- Name: EVENT TRIGGER .*; Type: COMMENT; /;

/** Grants come at the end: an owner who took rights from himself could not copy the rows otherwise. */
function withoutGrants(preData: string): [rest: string, grants: string] {
  const pieces = piecesOf(preData);
  return [
    pieces.filter((piece) => !GRANTS.test(piece)).join(""),
    pieces.filter((piece) => GRANTS.test(piece)).join(""),
  ];
}

async function exportRows(
  archive: OpenArchive,
  table: ManifestTable,
  out: ExportOptions["out"],
): Promise<void> {
  const files = new Map(filesOf(archive, "data").map((file) => [file.name, file]));
  const into = `${dumpTable(table.loadInto ?? table)} ${dumpColumns(table.columns)}`;
  await out(Buffer.from(`COPY ${into} FROM stdin;\n`, "utf8"));
  for (const name of table.files) {
    const file = files.get(name);
    if (!file) continue;
    for await (const bytes of archive.read(file)) await out(bytes);
  }
  await out(Buffer.from("\\.\n\n\n", "utf8"));
}

type Heading = (begin: string, of: TableName, type: string) => string;

/** Heads an entry of rows or of a sequence's value as pg_dump does, with the owner that its CREATE was headed with. */
function headings(preData: string): Heading {
  // What breaks a line would end the comment.
  const line = (name: string) => name.replace(/[\r\n]/g, " ");
  const owners = new Map(
    headingsOf(preData).map(([, name, , schema, owner]) => [`${schema}.${name}`, owner]),
  );
  return (begin, of, type) => {
    const [schema, name] = [line(of.schema), line(of.name)];
    const owner = (owners.get(`${schema}.${name}`) ?? "-").replace(/; Tablespace: .*$/, "");
    return `--\n-- ${begin}: ${name}; Type: ${type}; Schema: ${schema}; Owner: ${owner}\n--\n\n`;
  };
}

const SETVAL =
  /^SELECT pg_catalog\.setval\('"((?:[^"']|""|'')*)"\."((?:[^"']|""|'')*)"', (-?\d+), (true|false)\);\n/gm;

/** Each of the archive's lines with its heading; names without quotes that they do not need. */
function sequenceSets(lines: string, heading: Heading): string {
  const plain = (name: string) => name.replaceAll("''", "'").replaceAll('""', '"');
  return lines.replace(SETVAL, (_, schema: string, name: string, value: string, called: string) => {
    const sequence = { schema: plain(schema), name: plain(name) };
    const set = `SELECT pg_catalog.setval(${quoteText(dumpTable(sequence))}, ${value}, ${called});\n\n\n`;
    return `${heading("Name", sequence, "SEQUENCE SET")}${set}`;
  });
}

const TABLESPACE = /^SET default_tablespace = .*;\n\n/gm;

/** What comes after the rows, without the settings at its beginning: the session has them already. */
function goingOn(postData: string, preData: string, grants: string): string {
  const [head = "", ...pieces] = piecesOf(postData);
  const [wanted] = head.match(TABLESPACE) ?? [];
  const isSet = wanted === undefined || preData.match(TABLESPACE)?.at(-1) === wanted;
  const found = pieces.findIndex((piece) => AFTER_GRANTS.test(piece));
  const at = found < 0 ? pieces.length : found;
  return [isSet ? "" : wanted, ...pieces.slice(0, at), grants, ...pieces.slice(at)].join("");
}
