import { appendFile, mkdir, open, readFile, rename } from "node:fs/promises";
import { dirname, join } from "node:path";
import { db } from "../db/client";
import { env } from "../env";
import type { ChainHead } from "./record";
import {
  type Checkpoint,
  checkpointFromLine,
  checkpointToLine,
  isOurCheckpoint,
  makeCheckpoint,
} from "./signature";

/** Files outside the database: all checkpoints, and the newest known end of the chain. */
export function checkpointFiles(folder = env().DBMIGRATOR_DATA): { all: string; head: string } | null {
  if (!folder) return null;
  return { all: join(folder, "audit-checkpoints.jsonl"), head: join(folder, "audit-head.json") };
}

/** Adds a checkpoint to the file and waits until it is on the disk. */
export async function appendCheckpoint(checkpoint: Checkpoint): Promise<void> {
  const files = checkpointFiles();
  if (!files) return;
  await mkdir(dirname(files.all), { recursive: true });
  await appendFile(files.all, checkpointToLine(checkpoint), { mode: 0o600, flush: true });
}

/** Every checkpoint of the files; `damaged` counts lines that cannot be read. */
export async function readCheckpointFiles(
  folder?: string,
): Promise<{ checkpoints: Checkpoint[]; damaged: number }> {
  const files = checkpointFiles(folder);
  if (!files) return { checkpoints: [], damaged: 0 };
  const texts = await Promise.all(
    [files.all, files.head].map((file) => readFile(file, "utf8").catch(emptyWhenMissing)),
  );
  const lines = texts.flatMap((text) => text.split("\n").filter((line) => line.trim() !== ""));
  const parsed = lines.map(checkpointFromLine);
  const checkpoints = parsed.filter((checkpoint) => checkpoint !== null);
  return { checkpoints, damaged: parsed.length - checkpoints.length };
}

function emptyWhenMissing(error: NodeJS.ErrnoException): string {
  if (error.code === "ENOENT") return "";
  throw error;
}

interface HeadWriter {
  newest: ChainHead | null;
  written: bigint;
  busy: Promise<void> | null;
}
const store = globalThis as typeof globalThis & { dbmigratorAuditHead?: HeadWriter };
const WAIT_MS = 250;

/**
 * Notes the end of the chain after a commit. Written to the file shortly after, at most four times a second, so
 * that a tail cut off between two checkpoints is noticed too. Never fails the change that was made.
 */
export function noteHead(head: ChainHead): void {
  if (!checkpointFiles()) return;
  store.dbmigratorAuditHead ??= { newest: null, written: 0n, busy: null };
  const writer = store.dbmigratorAuditHead;
  if (!writer.newest || head.seq > writer.newest.seq) writer.newest = head;
  writer.busy ??= keepWriting(writer);
}

async function keepWriting(writer: HeadWriter): Promise<void> {
  await writeHeads(writer);
  writer.busy = null;
}

/** Waits until what was noted is in the file. */
export async function flushHead(): Promise<void> {
  await store.dbmigratorAuditHead?.busy;
}

async function writeHeads(writer: HeadWriter): Promise<void> {
  while (writer.newest && writer.newest.seq > writer.written) {
    await new Promise((resolve) => setTimeout(resolve, WAIT_MS).unref());
    const { seq, hash } = writer.newest;
    // A full disk must not stop the work; the next event tries again, and the checkpoints go on in the table.
    await writeHeadFile(makeCheckpoint(seq, hash)).catch(() => {});
    writer.written = seq;
  }
}

async function isInChain({ seq, hash }: Checkpoint): Promise<boolean> {
  const row = await db().auditEvent.findUnique({ where: { seq }, select: { hash: true } });
  return row !== null && Buffer.compare(row.hash, hash) === 0;
}

async function writeHeadFile(checkpoint: Checkpoint): Promise<void> {
  const files = checkpointFiles();
  if (!files) return;
  const known = checkpointFromLine(await readFile(files.head, "utf8").catch(emptyWhenMissing));
  if (known && isOurCheckpoint(known)) {
    const stands = await isInChain(known);
    if (stands && known.seq > checkpoint.seq) return;
    // Cut off or rewritten since: what the file knew is kept for good, or the next event would wipe out the proof.
    if (!stands) await appendFile(files.all, checkpointToLine(known), { mode: 0o600, flush: true });
  }
  const fresh = `${files.head}.${process.pid}`;
  await mkdir(dirname(fresh), { recursive: true });
  const file = await open(fresh, "w", 0o600);
  try {
    await file.writeFile(checkpointToLine(checkpoint));
  } finally {
    await file.close();
  }
  await rename(fresh, files.head);
}
