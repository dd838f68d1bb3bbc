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
  /** The newest event that this process recorded, perhaps not committed yet. */
  wanted: bigint;
  written: bigint;
  busy: Promise<void> | null;
}
const store = globalThis as typeof globalThis & { dbmigratorAuditHead?: HeadWriter };
const WAIT_MS = 250;
/** An event that is not there after so many looks was rolled back. */
const MOST_LOOKS = 40;

/**
 * Notes that an event was recorded; its transaction may still be open. The end of the chain is written to the file
 * shortly after it is committed, at most four times a second, so that a tail cut off between two checkpoints is
 * noticed too. Never fails the change that was made.
 */
export function noteEvent(seq: bigint): void {
  if (!checkpointFiles()) return;
  store.dbmigratorAuditHead ??= { wanted: 0n, written: 0n, busy: null };
  const writer = store.dbmigratorAuditHead;
  if (seq > writer.wanted) writer.wanted = seq;
  writer.busy ??= writeHeads(writer);
}

/** Waits until what was noted is in the file. */
export async function flushHead(): Promise<void> {
  await store.dbmigratorAuditHead?.busy;
}

async function writeHeads(writer: HeadWriter): Promise<void> {
  for (let looks = 0; writer.wanted > writer.written && looks < MOST_LOOKS; looks += 1) {
    await new Promise((resolve) => setTimeout(resolve, WAIT_MS).unref());
    const head = await readHead().catch(() => null);
    if (!head || head.seq <= writer.written) continue;
    // A full disk must not stop the work; the next event tries again, and the checkpoints go on in the table.
    await writeHeadFile(makeCheckpoint(head.seq, head.hash)).catch(() => {});
    writer.written = head.seq;
    looks = 0;
  }
  writer.busy = null;
}

function readHead(): Promise<ChainHead | null> {
  return db().auditEvent.findFirst({ orderBy: { seq: "desc" }, select: { seq: true, hash: true } });
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
