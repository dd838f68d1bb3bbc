import type pg from "pg";
import type { DatabaseGrant, ManifestFile } from "../../core/backup/types";
import type { ArchiveSink } from "./archive-writer";
import type { BackupFollower } from "./backup-progress";
import { BLOCK_BYTES } from "./codec";
import { grantStatement } from "./grants";
import { quoteLine, quoteName } from "./sql-text";

/** Bytes that are read of one object at a time, and objects that are read at once. */
const PIECE = 256 * 1024;
const AT_ONCE = 16;
/** SQL in one file, before compression. */
const FILE_BYTES = 256 * 1024 * 1024;

interface LargeObject {
  oid: string;
  owner: string;
  comment: string | null;
  grants: DatabaseGrant[] | null;
}

const OBJECTS = `
SELECT m.oid::text AS oid, pg_get_userbyid(m.lomowner)::text AS owner, obj_description(m.oid, 'pg_largeobject') AS comment,
       CASE WHEN m.lomacl IS NULL THEN NULL ELSE
         (SELECT coalesce(json_agg(json_build_object('grantee', r.rolname, 'privilege', a.privilege_type,
                   'grantable', a.is_grantable, 'grantor', pg_get_userbyid(a.grantor)) ORDER BY a.ordinality), '[]')
            FROM aclexplode(m.lomacl) WITH ORDINALITY AS a LEFT JOIN pg_roles r ON r.oid = a.grantee) END AS grants
  FROM pg_largeobject_metadata m WHERE m.oid > $1::oid ORDER BY m.oid LIMIT ${AT_ONCE}`;

export interface KeptLargeObjects {
  count: number;
  bytes: number;
  files: ManifestFile[];
}

/**
 * Writes every large object as SQL, one statement a line (docs: "Large Objects", lo_create and lo_put): psql
 * restores it as it is.
 */
export async function keepLargeObjects(
  client: pg.Client,
  sink: ArchiveSink,
  follower: BackupFollower,
): Promise<KeptLargeObjects> {
  const kept: KeptLargeObjects = { count: 0, bytes: 0, files: [] };
  let file: ReturnType<ArchiveSink["file"]> | null = null;
  let written = 0;
  let lines: Buffer[] = [];
  let waiting = 0;
  const flush = async () => {
    if (waiting === 0) return;
    file ??= sink.file(
      `large-objects/${String(kept.files.length + 1).padStart(4, "0")}.sql`,
      "large_objects",
    );
    await file.push(Buffer.concat(lines));
    written += waiting;
    [lines, waiting] = [[], 0];
  };
  const close = async () => {
    await flush();
    const done = await file?.finish();
    if (done) kept.files.push(done);
    [file, written] = [null, 0];
  };
  try {
    for await (const { sql, bytes, isNew } of statementsOf(client)) {
      kept.bytes += bytes;
      if (isNew) kept.count += 1;
      follower.largeObject(bytes);
      const line = Buffer.from(`${sql}\n`, "utf8");
      lines.push(line);
      waiting += line.length;
      if (waiting >= BLOCK_BYTES) await flush();
      if (written >= FILE_BYTES) await close();
    }
    await close();
  } catch (error) {
    await (file as ReturnType<ArchiveSink["file"]> | null)?.abort();
    throw error;
  }
  return kept;
}

interface Statement {
  sql: string;
  bytes: number;
  isNew: boolean;
}

async function* statementsOf(client: pg.Client): AsyncGenerator<Statement> {
  for (let after = "0"; ; ) {
    const { rows } = await client.query<LargeObject>(OBJECTS, [after]);
    if (rows.length === 0) return;
    after = rows.at(-1)?.oid ?? after;
    const heads = await readPieces(
      client,
      rows.map((row) => row.oid),
      0,
    );
    for (const object of rows) {
      yield { sql: `SELECT pg_catalog.lo_create(${object.oid});`, bytes: 0, isNew: true };
      let piece = heads.get(object.oid) ?? Buffer.alloc(0);
      for (let offset = 0; piece.length > 0; offset += PIECE) {
        const sql = `SELECT pg_catalog.lo_put(${object.oid}, ${offset}, '\\x${piece.toString("hex")}');`;
        yield { sql, bytes: piece.length, isNew: false };
        if (piece.length < PIECE) break;
        piece = (await readPieces(client, [object.oid], offset + PIECE)).get(object.oid) ?? Buffer.alloc(0);
      }
      for (const sql of traitsOf(object)) yield { sql, bytes: 0, isNew: false };
    }
  }
}

async function readPieces(client: pg.Client, oids: string[], offset: number): Promise<Map<string, Buffer>> {
  const { rows } = await client.query<{ oid: string; piece: Buffer }>(
    "SELECT o::text AS oid, pg_catalog.lo_get(o, $2::bigint, $3::int) AS piece FROM unnest($1::oid[]) AS o",
    [oids, offset, PIECE],
  );
  return new Map(rows.map((row) => [row.oid, row.piece]));
}

/** Owner, comment and grants; lines of their own, so that a restore without owners can leave them out. */
function traitsOf({ oid, owner, comment, grants }: LargeObject): string[] {
  const lines = [`ALTER LARGE OBJECT ${oid} OWNER TO ${quoteName(owner)};`];
  if (comment !== null) lines.push(`COMMENT ON LARGE OBJECT ${oid} IS ${quoteLine(comment)};`);
  if (grants === null) return lines;
  lines.push(`REVOKE ALL ON LARGE OBJECT ${oid} FROM ${quoteName(owner)};`);
  return lines.concat(grants.map((grant) => `${grantStatement(`LARGE OBJECT ${oid}`, grant, owner)};`));
}

/** How much of a large object a line of the archive holds. */
export function bytesOfLine(line: string): number {
  if (!line.startsWith("SELECT pg_catalog.lo_put(")) return 0;
  return (line.length - line.indexOf("'\\x") - "'\\x".length - "');".length) / 2;
}
