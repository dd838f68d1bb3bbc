import { appendFile, mkdir, open, readFile, rename } from "node:fs/promises";
import { dirname } from "node:path";
import { db } from "../db/client";
import { checkpointFiles, emptyWhenMissing } from "./checkpoint-file";
import type { ChainHead } from "./record";
import {
  type Checkpoint,
  checkpointFromLine,
  checkpointToLine,
  isOurCheckpoint,
  makeCheckpoint,
} from "./signature";

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
