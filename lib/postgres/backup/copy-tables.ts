import type pg from "pg";
import type { ManifestFile, ManifestTable } from "../../core/backup/types";
import { dataFileNames } from "./archive-names";
import type { ArchiveSink } from "./archive-writer";
import type { BackupFollower } from "./backup-progress";
import { copyOut } from "./copy-out";
import type { SourceTable } from "./inventory";
import type { Snapshot } from "./snapshot";
import { columnList, quoteName, quoteTable } from "./sql-text";

/** Heap and TOAST of one part: small enough that two sessions end at about the same time. */
const PART_BYTES = 64 * 1024 * 1024;
const MOST_PARTS = 9999;
/** A table of less than this of what each session has to read is read as a whole. */
const SMALL_SHARE = 0.5;
/** S3 takes 10,000 pieces of a file. */
const LARGEST_WHOLE = 32 * 1024 * 1024 * 1024;
const PAGE_BYTES = 8192;

interface Part {
  table: SourceTable;
  file: string;
  sql: string;
  bytes: number;
}

interface Copied {
  part: Part;
  file: ManifestFile | null;
  rows: number;
  bytes: number;
}

export interface CopiedTables {
  tables: ManifestTable[];
  files: ManifestFile[];
}

/** Copies every table on all sessions of the snapshot, the largest parts first. */
export async function copyTables(
  snapshot: Snapshot,
  sink: ArchiveSink,
  follower: BackupFollower,
): Promise<CopiedTables> {
  const nameOf = dataFileNames();
  const share = snapshot.tables.reduce((sum, { bytes }) => sum + bytes, 0) / (1 + snapshot.workers.length);
  const whole = Math.min(Math.max(share * SMALL_SHARE, PART_BYTES), LARGEST_WHOLE);
  const parts = snapshot.tables.flatMap((table) => partsOf(table, whole, nameOf));
  const left = new Map<string, number>();
  for (const { table } of parts) left.set(table.oid, (left.get(table.oid) ?? 0) + 1);
  const queue = [...parts].sort((a, b) => b.bytes - a.bytes);
  const forLeader: Part[] = [];
  const done: Copied[] = [];
  const copy = async (client: pg.Client, part: Part) => {
    done.push(await copyPart(client, part, sink, follower));
    const open = (left.get(part.table.oid) ?? 1) - 1;
    left.set(part.table.oid, open);
    if (open === 0) follower.finish(part.table.oid);
  };
  const failed = { now: false };
  const work = async (client: pg.Client, isLeader: boolean) => {
    for (let part = queue.shift(); part && !failed.now; part = queue.shift()) {
      if (isLeader || (await lockAtOnce(client, part.table))) {
        await copy(client, part);
        if (!isLeader) await client.query("ROLLBACK TO SAVEPOINT part");
      } else forLeader.push(part);
    }
  };
  const all = [work(snapshot.leader, true), ...snapshot.workers.map((client) => work(client, false))];
  try {
    await Promise.all(all);
    for (const part of forLeader) await copy(snapshot.leader, part);
  } catch (error) {
    failed.now = true;
    // The sessions are cut, so that the others end too, before their files are removed.
    await snapshot.close();
    await Promise.allSettled(all);
    throw error;
  }
  return collect(snapshot.tables, parts, done);
}

/**
 * The leader holds the lock already, but somebody may wait for an exclusive one behind it: this session would queue
 * behind them, and they wait for us. Such a table is left to the leader.
 */
async function lockAtOnce(client: pg.Client, table: SourceTable): Promise<boolean> {
  await client.query("SAVEPOINT part");
  try {
    await client.query(`LOCK TABLE ONLY ${quoteTable(table)} IN ACCESS SHARE MODE NOWAIT`);
    return true;
  } catch (error) {
    if ((error as { code?: string }).code !== "55P03") throw error;
    await client.query("ROLLBACK TO SAVEPOINT part");
    return false;
  }
}

async function copyPart(
  client: pg.Client,
  part: Part,
  sink: ArchiveSink,
  follower: BackupFollower,
): Promise<Copied> {
  const file = sink.file(part.file, "data");
  const { oid } = part.table;
  let told = { rows: 0, bytes: 0 };
  follower.start(oid);
  try {
    const copied = await copyOut(client, part.sql, file, (rows, bytes) => {
      follower.copied(oid, rows - told.rows, bytes - told.bytes);
      told = { rows, bytes };
    });
    return { part, ...copied, file: await file.finish(copied.rows) };
  } catch (error) {
    await file.abort();
    throw error;
  } finally {
    follower.pause(oid);
  }
}

/**
 * One part, or ranges of pages of about the same size (docs: "System Columns", ctid; TID range scans). Only a table
 * that would keep one session busy at the end is cut: a whole one is read through a small ring of buffers (docs:
 * "Buffer Access Strategies" in storage/buffer/README), ranges push everything else out of the server's memory.
 * @param whole bytes up to which a table is one part
 */
function partsOf(table: SourceTable, whole: number, nameOf: ReturnType<typeof dataFileNames>): Part[] {
  const columns = columnList(table.columns);
  const name = quoteTable(table);
  const list = table.columns.map(quoteName).join(", ");
  if (table.condition !== null) {
    const sql = `COPY (SELECT ${list} FROM ONLY ${name} ${table.condition}) TO STDOUT`;
    return [{ table, file: nameOf(table), sql, bytes: table.bytes }];
  }
  const pages = Math.ceil(table.heap / PAGE_BYTES);
  const count = Math.min(Math.floor(table.bytes / PART_BYTES), pages, MOST_PARTS);
  if (!table.isHeap || table.bytes <= whole || count < 2 || table.columns.length === 0) {
    return [{ table, file: nameOf(table), sql: `COPY ${name}${columns} TO STDOUT`, bytes: table.bytes }];
  }
  const step = Math.ceil(pages / count);
  return Array.from({ length: Math.ceil(pages / step) }, (_, at) => {
    // The last one is open: the table may have grown since its size was read.
    const end = (at + 1) * step < pages ? ` AND ctid < '(${(at + 1) * step},0)'` : "";
    const sql = `COPY (SELECT ${list} FROM ONLY ${name} WHERE ctid >= '(${at * step},0)'${end}) TO STDOUT`;
    return { table, file: nameOf(table, at + 1), sql, bytes: table.bytes / count };
  });
}

function collect(
  tables: readonly SourceTable[],
  parts: readonly Part[],
  done: readonly Copied[],
): CopiedTables {
  const byPart = new Map(done.map((copied) => [copied.part, copied]));
  const byTable = new Map<string, Copied[]>(tables.map((table) => [table.oid, []]));
  for (const part of parts) {
    const copied = byPart.get(part);
    if (copied) byTable.get(part.table.oid)?.push(copied);
  }
  const files = done.flatMap(({ file }) => (file ? [file] : []));
  return {
    files: files.sort((a, b) => (a.name < b.name ? -1 : 1)),
    tables: tables.map((table) => {
      const copied = byTable.get(table.oid) ?? [];
      return {
        schema: table.schema,
        name: table.name,
        columns: table.columns,
        rows: copied.reduce((sum, one) => sum + one.rows, 0),
        rawBytes: copied.reduce((sum, one) => sum + one.bytes, 0),
        files: copied.flatMap(({ file }) => (file ? [file.name] : [])),
        ...(table.condition === null ? {} : { condition: table.condition }),
        ...(table.loadInto === null ? {} : { loadInto: table.loadInto }),
        ...(table.partOf === null ? {} : { partOf: table.partOf }),
      };
    }),
  };
}
