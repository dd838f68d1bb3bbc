import { createHash } from "node:crypto";
import { promisify } from "node:util";
import { deflateRaw, inflateRaw } from "node:zlib";
import { type ChangedKind, kindName } from "../../core/diff/describe";
import { bareName, type Outline, type OutlineObject } from "../../core/outline/outline";
import { wordsOf } from "../../core/outline/words";
import type { Fact, Snapshot } from "../../core/schema/types";
import type { Db, Tx } from "../../db/client";
import type { RelationStatistics, SchemaStatistics } from "../../postgres/introspect/statistics";
import { FORMAT } from "./format";

const deflate = promisify(deflateRaw);
const inflate = promisify(inflateRaw);

/** What a row keeps of an object: facts and figures as they were read. */
export interface StoredDetail {
  /** The object first, then its parts. */
  facts: Fact[];
  /** Of the object and its indexes, by `schema.name`. */
  statistics: Record<string, RelationStatistics>;
}

export interface ReadSchema {
  snapshot: Snapshot;
  outline: Outline;
  statistics: SchemaStatistics;
  askedAt: Date;
  durationMs: number;
}

/** The id of an object as a key of fixed size. */
export function keyOf(id: string): string {
  const hex = createHash("md5").update(id).digest("hex");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

export async function openDetail(bytes: Uint8Array): Promise<StoredDetail> {
  return JSON.parse((await inflate(bytes)).toString()) as StoredDetail;
}

const TRANSACTION = { timeout: 120_000, maxWait: 15_000 };
const BATCH = 500;

/** Puts what was read in the place of what was there; of two readings at a time the one that began later stays. */
export async function storeSchema(db: Db, targetId: string, read: ReadSchema): Promise<void> {
  const { objects } = read.outline;
  await db.$transaction(async (tx) => {
    if (!(await replaceHead(tx, targetId, read))) return;
    await tx.schemaObject.deleteMany({ where: { targetId } });
    await tx.schemaEdge.deleteMany({ where: { targetId } });
    // Part by part, so that never more than one part is held a second time.
    for (let at = 0; at < objects.length; at += BATCH) {
      const part = objects.slice(at, at + BATCH);
      const rows = await Promise.all(part.map((one, index) => rowOf(one, at + index, read.statistics)));
      await insertObjects(tx, targetId, rows);
    }
    await insertEdges(tx, targetId, read.outline.edges);
  }, TRANSACTION);
}

/** @returns whether no later reading has been stored meanwhile; the row stays locked until the end */
async function replaceHead(tx: Tx, targetId: string, read: ReadSchema): Promise<boolean> {
  const { snapshot, outline, statistics } = read;
  const json = (value: unknown) => JSON.stringify(value);
  const written = await tx.$executeRaw`
    INSERT INTO schema_snapshot (target_id, format, server_version, read_as, asked_at, read_at, duration_ms, groups,
        unsupported, unreadable, statistics)
      VALUES (${targetId}::uuid, ${FORMAT}, ${snapshot.version}, ${snapshot.currentRole}, ${read.askedAt}, now(),
        ${read.durationMs}, ${json(outline.groups)}::jsonb, ${json(snapshot.unsupported)}::jsonb,
        ${json(snapshot.unreadable)}::jsonb, ${json({ since: statistics.since, estimated: statistics.estimated })}::jsonb)
    ON CONFLICT (target_id) DO UPDATE SET format = excluded.format, server_version = excluded.server_version,
        read_as = excluded.read_as, asked_at = excluded.asked_at, read_at = excluded.read_at,
        duration_ms = excluded.duration_ms, groups = excluded.groups, unsupported = excluded.unsupported,
        unreadable = excluded.unreadable, statistics = excluded.statistics
      WHERE schema_snapshot.asked_at <= excluded.asked_at`;
  return written > 0;
}

interface ObjectRow {
  ordinal: number;
  key: string;
  id: string;
  grouped: string;
  kind: ChangedKind;
  schema: string | null;
  name: string;
  comment: string | null;
  columns: number;
  rows: number | null;
  bytes: number | null;
  words: string;
  /** Hex. */
  detail: string;
}

async function rowOf(
  { fact, parts, group }: OutlineObject,
  ordinal: number,
  { relations }: SchemaStatistics,
): Promise<ObjectRow> {
  const own = relations.get(fact.name);
  const statistics: StoredDetail["statistics"] = own ? { [fact.name]: own } : {};
  for (const part of parts) {
    const name = indexNameOf(part);
    const found = name === null ? undefined : relations.get(name);
    if (name !== null && found) statistics[name] = found;
  }
  const detail: StoredDetail = { facts: [fact, ...parts], statistics };
  const hasRows = fact.kind === "table" || fact.kind === "materialized_view";
  return {
    ordinal,
    key: keyOf(fact.id),
    id: fact.id,
    grouped: group,
    kind: kindName(fact),
    schema: fact.schema,
    name: bareName(fact),
    comment: fact.comment,
    columns: parts.filter((part) => part.kind === "column").length,
    rows: hasRows ? (own?.rows ?? null) : null,
    bytes: hasRows ? (own?.bytes ?? null) : null,
    words: wordsOf(fact, parts),
    detail: (await deflate(JSON.stringify(detail), { level: 3 })).toString("hex"),
  };
}

/** The index behind a part: its own, or that of a key. */
export function indexNameOf(part: Fact): string | null {
  if (part.kind === "index") return part.name;
  const index = part.kind === "constraint" ? part.body.index : null;
  return typeof index === "string" ? `${part.schema}.${index}` : null;
}

async function insertObjects(tx: Tx, targetId: string, rows: ObjectRow[]): Promise<void> {
  await tx.$executeRaw`
    INSERT INTO schema_object (target_id, ordinal, key, id, grouped, kind, schema, name, comment, columns, rows, bytes, words, detail)
      SELECT ${targetId}::uuid, r.ordinal, r.key, r.id, r.grouped, r.kind, r.schema, r.name, r.comment, r.columns, r.rows,
        r.bytes, r.words, decode(r.detail, 'hex')
      FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS r(ordinal int, key uuid, id text, grouped text, kind text,
        schema text, name text, comment text, columns int, rows float8, bytes bigint, words text, detail text)`;
}

async function insertEdges(tx: Tx, targetId: string, edges: Outline["edges"]): Promise<void> {
  for (let at = 0; at < edges.length; at += 5000) {
    const rows = edges.slice(at, at + 5000).map((edge, index) => ({ ...edge, position: at + index }));
    await tx.$executeRaw`
      INSERT INTO schema_edge (target_id, position, from_ordinal, to_ordinal, via, from_part, to_part)
        SELECT ${targetId}::uuid, r.position, r."from", r."to", r.via, r."fromPart", r."toPart"
        FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS r(position int, "from" int, "to" int, via text,
          "fromPart" text, "toPart" text)`;
  }
}
